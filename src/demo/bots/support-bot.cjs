// Logs as winston's JSON format does: one object a line, errors with their stack.
let ticket = 9_120;

function log(level, message, fields = {}) {
  console.log(
    JSON.stringify({ level, message, service: 'support-bot', ...fields, timestamp: new Date().toISOString() }),
  );
}

function work() {
  ticket += 1;
  log('info', 'ticket opened', { ticket, queue: ticket % 7, chatId: 100_000 + ticket });
  if (ticket % 9 === 0) log('warn', 'answer is late', { ticket, waitedMs: 31_000 + (ticket % 5) * 700 });
  if (ticket % 15 === 0) {
    const error = new Error(`connect ECONNREFUSED 127.0.0.1:8443`);
    log('error', 'cannot reach the help desk', { ticket, code: 'ECONNREFUSED', stack: error.stack });
  }
  setTimeout(work, 1200 + Math.random() * 800);
}

log('info', 'support-bot ready', { node: process.version });
work();
