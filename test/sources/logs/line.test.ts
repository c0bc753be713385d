import { expect, test } from 'vitest';
import { codeOf } from '../../../src/sources/logs/codes.ts';
import { parseLine } from '../../../src/sources/logs/line.ts';
import fc from '../../helpers/fast-check.ts';
import { cpuMsOf } from '../../helpers/own-cpu.ts';

const NOW = Date.UTC(2026, 10, 21, 22, 0, 0);
const parse = (line: string, stream: 'out' | 'err' = 'out') => parseLine(line, stream, NOW);

test.each([
  ['2026-11-21T22:00:00.123Z ERROR cannot send', 'error', 'cannot send'],
  ['2026-11-21 22:00:00,123 - stats.writer - ERROR - round failed', 'error', 'round failed'],
  ['2026-11-21 22:00:00,123 - app - WARNING - slow', 'warn', 'slow'],
  ['2026-11-21T22:00:00: [ERROR] boom', 'error', 'boom'],
  ['[2026-11-21 22:00:00] [error] boom', 'error', 'boom'],
  ['ERROR: boom', 'error', 'boom'],
  ['error: boom', 'error', 'boom'],
  ['[12:00] worker-3 WARN disk', 'warn', 'disk'],
  ['2026-11-21 22:00:00.123 UTC [4211] FATAL:  too many clients', 'fatal', 'too many clients'],
  ['2026/11/21 22:00:00 [error] 12#12: *5 upstream timed out', 'error', 'upstream timed out'],
  ['[Sat Nov 21 22:00:00.123456 2026] [core:error] [pid 5] AH00124: limit', 'error', 'AH00124: limit'],
  ['ts=2026-11-21T22:00:00Z level=error msg="cannot read" chat=5', 'error', 'cannot read'],
  ['E1121 22:00:00.123456    12 main.go:45] cannot listen', 'error', 'cannot listen'],
  ['CRITICAL:root:no disk', 'fatal', 'root:no disk'],
  ['{"level":"error","message":"boom","timestamp":"2026-11-21T22:00:00Z"}', 'error', 'boom'],
  ['{"level":50,"time":1795298400000,"pid":1,"msg":"boom"}', 'error', 'boom'],
  ['{"name":"app","level":40,"msg":"slow","time":"2026-11-21T22:00:00Z","v":0}', 'warn', 'slow'],
  ['{"levelname": "CRITICAL", "message": "no disk"}', 'fatal', 'no disk'],
  ['{"level":"\\u001b[31merror\\u001b[39m","message":"boom"}', 'error', 'boom'],
  ['TypeError: x is not a function', 'error', 'TypeError: x is not a function'],
  ['psycopg.OperationalError: server closed', 'error', 'psycopg.OperationalError: server closed'],
  ['Error [ERR_MODULE_NOT_FOUND]: no', 'error', 'Error [ERR_MODULE_NOT_FOUND]: no'],
  ['panic: runtime error', 'fatal', 'runtime error'],
])('%s is %s', (line, level, message) => {
  expect(parse(line)).toMatchObject({ level, message: expect.stringContaining(message) });
});

test.each([
  '2026-11-21T22:00:00Z INFO  the last ERROR was an hour ago',
  '2026-11-21 22:00:00,123 - app - INFO - Error: not really',
  '{"level":"info","message":"error rate is 0"}',
  '{"level":30,"msg":"ERROR in the text"}',
  'no ERROR was found',
  'user 404 logged in',
  'there were 3 errors: none of them ours',
  'ts=1 level=info msg="ERROR"',
  'Warnings are off',
  '',
])('%s is no error', (line) => {
  expect(['warn', 'error', 'fatal']).not.toContain(parse(line).level);
});

test('the moment is the one of the writer, whatever stands around it', () => {
  expect(parse('2026-11-21T22:00:00.123Z ERROR x').at).toBe(NOW + 123);
  expect(parse('2026-11-21T23:00:00.123+01:00 ERROR x').at).toBe(NOW + 123);
  expect(parse('2026-11-21 22:00:00,123 - a - ERROR - x').at).toBe(new Date(2026, 10, 21, 22, 0, 0, 123).getTime());
  expect(parse('2020-01-01T00:00:00: 2026-11-21T22:00:00.5Z ERROR x').at).toBe(NOW + 500);
  expect(parse('Nov 21 22:00:00 host app[5]: ERROR x').at).toBe(new Date(2026, 10, 21, 22).getTime());
  expect(parse('{"level":50,"time":1795298400000,"msg":"x"}').at).toBe(1795298400000);
  expect(parse('2026-13-41T99:00:00Z ERROR x').at).toBeNull();
});

test("PM2's own JSON gives the bot, and the line within is read", () => {
  const inner = JSON.stringify({ level: 'error', message: 'boom' });
  const line = JSON.stringify({
    message: `${inner}\n`,
    timestamp: '2026-11-21T22:00:00',
    type: 'err',
    process_id: 3,
    app_name: 'mail',
  });
  expect(parse(line)).toMatchObject({ level: 'error', message: 'boom', bot: 'mail' });
});

test('an error of Telegram without a level is one where errors are written', () => {
  const line = 'polling: ETELEGRAM: 409 Conflict: terminated by other getUpdates request';
  expect(parse(line, 'err').level).toBe('error');
  expect(parse(line, 'out').level).toBeNull();
});

test.each([
  ['ETELEGRAM: 401 Unauthorized', 'TG401'],
  ['{"code":"ETELEGRAM","message":"ETELEGRAM: 409 Conflict: other getUpdates"}', 'TG409'],
  ['sendMessage failed: {"ok":false,"error_code":429,"description":"x"}', 'TG429'],
  ['429 Too Many Requests: retry after 17', 'TG429'],
  ['TelegramError: 403: Forbidden: bot was blocked', 'TG403'],
  ['Request failed with status code 502', 'HTTP502'],
  ['503 Service Unavailable', 'HTTP503'],
  ['connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'],
  ['DB003: pool exhausted', 'DB003'],
  ['SQLSTATE[57P01]: admin shutdown', '57P01'],
  ["{ code: '23505', detail: 'x' }", '23505'],
  ['JavaScript heap out of memory', 'OOM'],
])('the code of %s is %s', (text, code) => {
  expect(codeOf(text)?.code).toBe(code);
});

test('three digits are no code, and what Telegram asks to wait is read', () => {
  for (const text of ['user 404 logged in', 'sent 429 of 500', 'took 503 ms']) expect(codeOf(text)).toBeNull();
  expect(codeOf('Too Many Requests: retry after 17')).toEqual({ code: 'TG429', retryAfterSeconds: 17 });
  expect(codeOf('{"error_code":429,"parameters":{"retry_after":31}}')?.retryAfterSeconds).toBe(31);
});

test('no line takes long, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 3_000, unit: 'binary' }), (text) => {
      parse(`ERROR ${text}`);
      parse(`{${text}`);
    }),
  );
  for (const evil of [
    'a.'.repeat(30_000),
    '['.repeat(30_000),
    'level='.repeat(9_000),
    `{"level":"error","message":"${'x'.repeat(60_000)}"}`,
    'A:'.repeat(30_000),
    'msg="\\'.repeat(9_000),
  ]) {
    const took = cpuMsOf(() => {
      parse(evil);
      codeOf(evil.slice(0, 8_192));
    });
    expect(took).toBeLessThan(2_000);
  }
});
