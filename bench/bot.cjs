// A bot to be watched: one line a second, now and then a warning or an error.
let cycle = 0;
const name = process.env.BENCH_BOT ?? 'bot';

setInterval(() => {
  cycle += 1;
  const dice = Math.random();
  const at = new Date().toISOString();
  if (dice < 0.02) console.error(`${at} ERROR [${name}] cycle ${cycle}: no answer within 3000 ms`);
  else if (dice < 0.06)
    console.log(`${at} WARN [${name}] cycle ${cycle}: answered after ${Math.round(dice * 40_000)} ms`);
  else console.log(`${at} INFO [${name}] cycle ${cycle}: ${Math.round(dice * 900)} updates`);
}, 1000);
