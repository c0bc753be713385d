// Looks after the others, as the manager of a fleet does: it says now and then how many there are.
console.log(`${new Date().toISOString()} INFO  bot-manager 2.4.1: 8 bots registered`);
setInterval(() => {
  console.log(
    `${new Date().toISOString()} INFO  heartbeat: 8 bots registered, queue depth ${Math.round(Math.random() * 6)}`,
  );
}, 3000);

// PM2 waits for this word before it calls the bot started (wait_ready).
process.send?.('ready');
