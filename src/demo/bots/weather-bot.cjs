// Healthy and chatty: a plain text log, a line or two a second.
const cities = ['Lisbon', 'Oslo', 'Nairobi', 'Kyoto', 'Quito', 'Ghent', 'Пермь', '札幌'];
let update = 482_100;

function answer() {
  update += 1;
  const city = cities[update % cities.length];
  const tookMs = 20 + Math.round(Math.random() * 90);
  console.log(`${new Date().toISOString()} INFO  update ${update} /weather ${city} answered in ${tookMs} ms`);
  if (update % 40 === 0) console.log(`${new Date().toISOString()} INFO  forecast cache: 212 entries, 94.1 % hits ☀️`);
  setTimeout(answer, 300 + Math.random() * 900);
}

answer();

// Offers an action to `pm2 trigger`, in PM2's own words between a bot and its daemon.
const ACTION = 'clear forecasts';
process.send?.({ type: 'axm:action', data: { action_name: ACTION, action_type: 'custom', opts: null, arity: 1 } });
process.on('message', (asked) => {
  if (asked !== ACTION && asked?.msg !== ACTION) return;
  console.log(`${new Date().toISOString()} INFO  forecast cache cleared`);
  process.send({ type: 'axm:reply', data: { action_name: ACTION, return: { cleared: 212 } } });
});
