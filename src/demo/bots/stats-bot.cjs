// Logs as Python's logging module does: local time with a comma, no zone, everything on stderr, tracebacks. And, as that
// module does, it goes on when nobody reads any more: it outlives PM2's daemon, where the others die of the closed pipe.
process.stderr.on('error', () => {});

const pad = (number, width = 2) => String(number).padStart(width, '0');
let round = 0;

function stamp() {
  const now = new Date();
  const day = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  return `${day} ${pad(now.getHours())}:${pad(now.getMinutes())}:${pad(now.getSeconds())},${pad(now.getMilliseconds(), 3)}`;
}

function log(level, logger, message) {
  process.stderr.write(`${stamp()} - ${logger} - ${level} - ${message}\n`);
}

function work() {
  round += 1;
  log('INFO', 'stats.collector', `round ${round}: 1284 chats counted`);
  if (round % 6 === 0) log('WARNING', 'stats.collector', 'slow query: 2.31 s for daily_active');
  if (round % 10 === 0) {
    log('ERROR', 'stats.writer', 'round failed');
    process.stderr.write(
      'Traceback (most recent call last):\n' +
        '  File "/srv/stats/writer.py", line 88, in flush\n' +
        '    self.connection.commit()\n' +
        'psycopg.OperationalError: server closed the connection unexpectedly\n',
    );
  }
  setTimeout(work, 2000);
}

work();
