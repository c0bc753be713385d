import { expect, test } from 'vitest';
import { parseLine } from '../../../src/sources/logs/line.ts';

const NOW = Date.UTC(2026, 10, 21, 22, 0, 0);
const parse = (line: string) => parseLine(line, 'out', NOW);
const local = (...parts: [number, number, number, number, number, number, number?]) => new Date(...parts).getTime();

test.each([
  [
    'log4j and logback',
    '2026-11-21 21:59:58,123 [http-nio-8080-exec-1] ERROR com.shop.Order - cannot save order 5',
    ['error', 'com.shop.Order', 'cannot save order 5', local(2026, 10, 21, 21, 59, 58, 123)],
  ],
  [
    'logback without a date',
    `${new Date(NOW - 1_000).toTimeString().slice(0, 8)}.500 [main] WARN c.s.Main - slow`,
    ['warn', 'c.s.Main', 'slow', NOW - 500],
  ],
  [
    'Spring Boot',
    '2026-11-21T21:59:58.000Z ERROR 4711 --- [shop] [main] c.s.Order        : no stock',
    ['error', 'c.s.Order', 'no stock', NOW - 2_000],
  ],
  [
    'glog',
    'E1121 21:59:58.123456    12 server/main.go:45] cannot listen',
    ['error', 'server/main.go', 'cannot listen', local(2026, 10, 21, 21, 59, 58, 123)],
  ],
  [
    'Redis',
    '4711:M 21 Nov 2026 21:59:58.123 # Failed opening .rdb for saving: No space left on device',
    ['warn', 'redis', 'Failed opening .rdb for saving: No space left on device', local(2026, 10, 21, 21, 59, 58, 123)],
  ],
  ['Redis, all well', '4711:M 21 Nov 2026 21:59:58.123 * Ready to accept connections', ['info', 'redis']],
  [
    'PostgreSQL',
    '2026-11-21 21:59:58.123 UTC [4711] app@shop ERROR:  relation "x" does not exist at character 15',
    ['error', 'app@shop', 'relation "x" does not exist at character 15', NOW - 1_877],
  ],
  [
    'nginx',
    '2026/11/21 21:59:58 [error] 12#12: *5 connect() failed (111: Connection refused) while connecting to upstream',
    ['error', '', 'connect() failed (111: Connection refused) while connecting to upstream'],
  ],
  [
    'log4j with the thread behind the level',
    '2026-11-21 21:59:58,123 ERROR [main] com.shop.Order - cannot save order 5',
    ['error', 'com.shop.Order', 'cannot save order 5', local(2026, 10, 21, 21, 59, 58, 123)],
  ],
  ['a message that begins with a bracket', 'ERROR [shop] is closed', ['error', '', '[shop] is closed']],
  [
    'an access log',
    '10.1.2.3 - anna [21/Nov/2026:22:59:58 +0100] "GET /api/orders?token=x HTTP/1.1" 502 157 "-" "curl/8"',
    ['error', '', 'GET /api/orders HTTP 502', NOW - 2_000],
  ],
  [
    'an access log, refused for being too many',
    'shop.example:443 ::1 - - [21/Nov/2026:21:59:58 +0000] "POST /api HTTP/2.0" 429 0 "-" "-"',
    ['warn', '', 'POST /api HTTP 429', NOW - 2_000],
  ],
  [
    "an access log, the client's own fault",
    '10.1.2.3 - - [21/Nov/2026:21:59:58 +0000] "GET /error HTTP/1.1" 404 5 "-" "-"',
    ['info'],
  ],
  [
    'Apache',
    '[Sat Nov 21 21:59:58.123456 2026] [proxy:error] [pid 5:tid 6] AH00957: connection failed',
    ['error', 'proxy', 'AH00957: connection failed', local(2026, 10, 21, 21, 59, 58, 123)],
  ],
  [
    'logrus',
    'time="2026-11-21T21:59:58Z" level=error msg="cannot read \\"x\\"" error="connection refused" logger=reader',
    ['error', 'reader', 'cannot read \\"x\\"', NOW - 2_000],
  ],
  ['logfmt with seconds', 'ts=1795298398.5 level=warn msg=slow', ['warn', '', 'slow', NOW - 1_500]],
  [
    'syslog, RFC 3164, in a file',
    'Nov 21 21:59:58 web1 worker[711]: ERROR cannot write',
    ['error', 'worker', 'cannot write', local(2026, 10, 21, 21, 59, 58)],
  ],
  [
    'syslog, RFC 3164, with its priority',
    '<27>Nov 21 21:59:58 web1 worker[711]: cannot write',
    ['error', 'worker', 'cannot write'],
  ],
  [
    'syslog, RFC 5424',
    '<28>1 2026-11-21T21:59:58.000Z web1 worker 711 ID47 [a@1 b="c"] disk nearly full',
    ['warn', 'worker', 'disk nearly full', NOW - 2_000],
  ],
  [
    'syslog with times of today',
    '2026-11-21T21:59:58.000+00:00 web1 worker[711]: {"level":50,"msg":"boom"}',
    ['error', 'worker', 'boom', NOW - 2_000],
  ],
  ['syslog, all well', 'Nov 21 21:59:58 web1 worker[711]: no ERROR was found', [null, 'worker']],
  [
    'sshd',
    'Nov 21 21:59:58 web1 sshd[711]: Failed password for root from 203.0.113.7 port 22 ssh2',
    ['warn', 'sshd', 'Failed password for root from 203.0.113.7 port 22 ssh2'],
  ],
  [
    'loguru',
    '2026-11-21 21:59:58.123 | ERROR    | app.main:run:12 - no chat',
    ['error', '', 'app.main:run:12 - no chat', local(2026, 10, 21, 21, 59, 58, 123)],
  ],
  [
    'gunicorn',
    '[2026-11-21 21:59:58 +0000] [711] [CRITICAL] WORKER TIMEOUT (pid:712)',
    ['fatal', '', 'WORKER TIMEOUT (pid:712)', NOW - 2_000],
  ],
  [
    "PM2's own",
    '2026-11-21T21:59:58: PM2 error: Error caught while calling pidusage',
    ['error', 'PM2', 'Error caught while calling pidusage'],
  ],
  ['NestJS', '[Nest] 711  - 11/21/2026, 9:59:58 PM   ERROR [Orders] no stock', ['error', 'Nest', '[Orders] no stock']],
  ["PM2's time without seconds", '2026-11-21 21:59 +00:00: ERROR boom', ['error', '', 'boom', NOW - 60_000]],
] as const)('%s', (_, line, [level, component, message, at]) => {
  const parsed = parse(line);
  expect(parsed.level).toBe(level);
  if (component !== undefined) expect(parsed.component).toBe(component);
  if (message !== undefined) expect(parsed.message).toBe(message);
  if (at !== undefined) expect(parsed.at).toBe(at);
});
