// Looks after the others, as the manager of a fleet does: it says now and then how many there are.
console.log(`${new Date().toISOString()} INFO  bot-manager 2.4.1: 8 bots registered`);
setInterval(() => {
  console.log(
    `${new Date().toISOString()} INFO  heartbeat: 8 bots registered, queue depth ${Math.round(Math.random() * 6)}`,
  );
}, 3000);
