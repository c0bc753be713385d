// Its token was revoked: Telegram answers 401 and it exits, 1.5 s after every start. That is longer than PM2's
// min_uptime, so PM2 starts it again for ever and calls it online.
const token = process.env.BOT_TOKEN;

console.log(`${new Date().toISOString()} INFO  payments-bot starting, polling`);
setTimeout(() => {
  console.error(`${new Date().toISOString()} ERROR TelegramError: 401: Unauthorized`);
  console.error(`    at Telegram.callApi (https://api.telegram.org/bot${token}/getMe)`);
  console.error(`    on: { method: 'getMe', response: { ok: false, error_code: 401, description: 'Unauthorized' } }`);
  process.exit(1);
}, 1500);
