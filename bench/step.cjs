// A bot whose memory steps up and down by 100 MB, so that the time until a screen shows it can be taken. Else as bot.cjs.
require('./bot.cjs');

const STEP_BYTES = 100_000_000;
let kept = null;

setInterval(() => {
  if (kept === null) kept = new ArrayBuffer(STEP_BYTES);
  else {
    // Given back at once, without waiting for a collection.
    kept.transfer(0);
    kept = null;
    return;
  }
  const bytes = new Uint8Array(kept);
  for (let at = 0; at < bytes.length; at += 4096) bytes[at] = 1;
}, 4300);
