import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import winston from 'winston';
import { parseLine } from '../../../src/sources/logs/line.ts';
import type { LogEvent } from '../../../src/sources/logs/snapshot.ts';
import { logsSource } from '../../../src/sources/logs/source.ts';
import { systemClock } from '../../../src/sources/source.ts';
import { readBack } from '../../helpers/read-back.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The events of a log that was just written, oldest first. */
async function eventsOf(path: string): Promise<LogEvent[]> {
  // A file that is there before us has its last event let go at once.
  const past = new Date(Date.now() - 5_000);
  utimesSync(path, past, past);
  const targets = [{ path, bots: ['bot'], stream: 'out' as const }];
  const source = logsSource({ clock: systemClock, targets: () => targets, globs: [] });
  try {
    const { events } = await readBack(source);
    const found: LogEvent[] = [];
    events.since(0, (event) => found.push(event));
    return found;
  } finally {
    await source.close();
  }
}

const shortly = (at: number) => expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);

function failure(): Error {
  return Object.assign(new TypeError('chat 4711 is not a function'), { code: 'ECONNREFUSED' });
}

test('what winston writes as JSON is read: level, time, service, message and stack', async () => {
  const path = join(folder, 'winston.log');
  const transport = new winston.transports.File({ filename: path });
  const logger = winston.createLogger({
    defaultMeta: { service: 'mailer' },
    format: winston.format.combine(
      winston.format.timestamp(),
      winston.format.errors({ stack: true }),
      winston.format.json(),
    ),
    transports: [transport],
  });
  logger.info('the last ERROR was an hour ago');
  logger.warn('slow');
  logger.error('cannot send', failure());
  logger.error(failure());
  const done = new Promise((resolve) => transport.once('finish', resolve));
  logger.end();
  await done;
  const [warning, error, bare, ...rest] = await eventsOf(path);
  expect(rest).toEqual([]);
  expect(warning).toMatchObject({ level: 'warn', message: 'slow', component: 'mailer' });
  expect(error).toMatchObject({ level: 'error', code: 'ECONNREFUSED' });
  expect(error?.message).toContain('cannot send');
  expect(error?.detail).toContain('libraries.test.ts');
  expect(bare?.detail).toContain('TypeError: chat 4711 is not a function');
  shortly(error?.at ?? 0);
});

test("what winston writes by its simple and its coloured format is read, the writer's level believed", async () => {
  const path = join(folder, 'simple.log');
  const { combine, simple, colorize, uncolorize } = winston.format;
  for (const format of [simple(), combine(colorize(), simple()), combine(colorize(), uncolorize(), simple())]) {
    const stream = createWriteStream(path, { flags: 'a' });
    const logger = winston.createLogger({ format, transports: [new winston.transports.Stream({ stream })] });
    logger.info('error rate is 0');
    logger.error('cannot send');
    logger.end();
    await new Promise((resolve) => logger.once('finish', resolve));
    stream.end();
    await finished(stream);
  }
  const found = await eventsOf(path);
  expect(found.map(({ level, message }) => `${level} ${message}`)).toEqual(Array(3).fill('error cannot send'));
});

test('what pino writes is read, children and other spellings of level and time too', async () => {
  const path = join(folder, 'pino.log');
  const destination = pino.destination({ dest: path, sync: true });
  pino({}, destination).child({ name: 'poller' }).error(failure(), 'round failed');
  pino({ timestamp: pino.stdTimeFunctions.isoTime }, destination).fatal('no disk');
  pino({ formatters: { level: (label) => ({ level: label }) }, messageKey: 'message' }, destination).warn('slow');
  pino({}, destination).info({ err: 'none' }, 'ERROR in the text');
  destination.flushSync();
  const found = await eventsOf(path);
  expect(found.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'error round failed',
    'fatal no disk',
    'warn slow',
  ]);
  expect(found[0]).toMatchObject({ component: 'poller', code: 'ECONNREFUSED', isStamped: true });
  expect(found[0]?.detail).toContain('libraries.test.ts');
  for (const { at } of found) shortly(at);
});

/** It comes without types. */
interface Bunyan {
  createLogger(
    options: Readonly<Record<string, unknown>>,
  ): Record<'info' | 'warn' | 'error' | 'fatal', (...said: unknown[]) => void>;
  readonly stdSerializers: unknown;
}

test('what bunyan writes is read', async () => {
  const bunyan = createRequire(import.meta.url)('bunyan') as Bunyan;
  const path = join(folder, 'bunyan.log');
  const stream = createWriteStream(path);
  const logger = bunyan.createLogger({ name: 'api', serializers: bunyan.stdSerializers, streams: [{ stream }] });
  logger.info('no ERROR');
  logger.warn({ chat: 5 }, 'slow');
  logger.error({ err: failure() }, 'cannot send');
  logger.fatal('no disk');
  stream.end();
  await finished(stream);
  const found = await eventsOf(path);
  expect(found.map(({ level, message, component }) => `${level} ${component} ${message}`)).toEqual([
    'warn api slow',
    'error api cannot send',
    'fatal api no disk',
  ]);
  expect(found[1]?.detail).toContain('libraries.test.ts');
  expect(found[1]?.code).toBe('ECONNREFUSED');
  shortly(found[0]?.at ?? 0);
});

const python = spawnSync('python3', ['-c', 'import logging']).status === 0 ? 'python3' : null;

test.skipIf(python === null)(
  "what Python's logging writes is read, tracebacks and chained ones as one event each",
  async () => {
    const path = join(folder, 'python.log');
    const program = join(folder, 'bot.py');
    writeFileSync(
      program,
      `
import logging, sys
form = sys.argv[2]
logging.basicConfig(filename=sys.argv[1], level=logging.DEBUG, **({} if form == 'default' else {'format': form}))
log = logging.getLogger('stats.writer')
log.info('an ERROR in the text')
log.warning('slow')
try:
    {}['chat']
except KeyError:
    log.exception('round failed')
try:
    try:
        int('x')
    except ValueError as cause:
        raise RuntimeError('cannot count') from cause
except RuntimeError:
    log.critical('giving up', exc_info=True)
def deep(n):
    if n == 0: raise ConnectionRefusedError(111, 'Connection refused: ECONNREFUSED')
    deep(n - 1) if n % 2 else deep(n - 1)
try:
    deep(60)
except OSError:
    log.error('deep', exc_info=True)
`,
    );
    const formats = [
      'default',
      '%(asctime)s - %(name)s - %(levelname)s - %(message)s',
      '[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s',
      '%(levelname)-8s %(asctime)s %(name)s:%(lineno)d %(message)s',
    ];
    for (const format of formats) {
      rmSync(path, { force: true });
      const { status, stderr } = spawnSync(python as string, [program, path, format], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const found = await eventsOf(path);
      expect(
        found.map(({ level }) => level),
        `${format}\n${readFileSync(path, 'utf8')}`,
      ).toEqual(['warn', 'error', 'fatal', 'error']);
      const [, round, chained, deep] = found;
      expect(round?.message).toContain('round failed');
      expect(round?.detail.split('\n').at(-1)).toBe("KeyError: 'chat'");
      expect(chained?.detail).toContain('ValueError: invalid literal');
      expect(chained?.detail.split('\n').at(-1)).toBe('RuntimeError: cannot count');
      expect(deep?.code).toBe('ECONNREFUSED');
    }
  },
);

test('the time python writes without a zone is read as its own', () => {
  const { at, hasZone } = parseLine('2026-11-21 22:00:00,123 - a - ERROR - x', 'out', Date.now());
  expect(hasZone).toBe(false);
  expect(at).toBe(new Date(2026, 10, 21, 22, 0, 0, 123).getTime());
});
