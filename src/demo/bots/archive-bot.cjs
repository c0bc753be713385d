// Runs for a moment; the demo then stops it on purpose.
console.log(`${new Date().toISOString()} INFO  archive of October is written: 48210 messages`);
setInterval(() => console.log(`${new Date().toISOString()} INFO  nothing to archive`), 10_000);
process.on('SIGINT', () => {
  console.log(`${new Date().toISOString()} INFO  archive-bot stopped`);
  process.exit(0);
});
