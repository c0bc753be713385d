// Leaks a megabyte a second, and stops leaking at a bound of its own: PM2 restarts it at 300 MB, and a demo must not
// hurt the machine when PM2 does not.
const MEGABYTE = 1024 * 1024;
const MOST = 320;
const kept = [];

function leak() {
  // Filled, or the pages would not be resident.
  if (kept.length < MOST) kept.push(Buffer.alloc(MEGABYTE, 1));
  if (kept.length % 5 === 0) console.log(`${new Date().toISOString()} INFO  thumbnails cached: ${kept.length}`);
}

setInterval(leak, 1000);
