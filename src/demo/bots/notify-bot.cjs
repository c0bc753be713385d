// Holds secrets in its environment and, like many a bot, writes some of them into its log.
let count = 0;

function notify() {
  count += 1;
  console.log(`${new Date().toISOString()} INFO  notification ${count} delivered`);
  if (count % 5 === 0) {
    console.error(
      `${new Date().toISOString()} ERROR POST https://api.telegram.org/bot${process.env.TELEGRAM_BOT_TOKEN}/sendMessage: read ECONNRESET`,
    );
  }
  if (count % 8 === 0)
    console.error(`${new Date().toISOString()} WARN  retry with Authorization: Bearer ${process.env.PUSH_TOKEN}`);
  if (count % 11 === 0) console.error(`${new Date().toISOString()} ERROR cannot connect to ${process.env.NOTIFY_DSN}`);
  setTimeout(notify, 1500);
}

notify();
