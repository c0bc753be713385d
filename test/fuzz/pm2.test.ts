import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createFrameParser, decodeArgument, encodeCall, FrameError } from '../../src/sources/pm2/frame.ts';
import { parseList } from '../../src/sources/pm2/list.ts';
import { parseLogLine } from '../../src/sources/pm2/log-lines.ts';
import { SourceError } from '../../src/sources/source.ts';
import fc from '../helpers/fast-check.ts';
import { checkForAWhile, fuzzTimeoutMs, nearly } from './for-a-while.ts';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/pm2/${name}`, import.meta.url), 'utf8');
const lists = ['list-5.4.3.json', 'list-7.0.4.json'].map(fixture);
const logs = ['pm2-5.4.3.log.txt', 'pm2-6.0.14.log.txt', 'pm2-7.0.4.log.txt'].map(fixture);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test(
  'what is no frame ends in a FrameError and in nothing else, in whatever pieces it comes',
  async () => {
    const whole = encodeCall({ type: 'call', method: 'getMonitorData', args: [{}] }, 'b7');
    await checkForAWhile(
      fc.property(fc.array(nearly(whole), { maxLength: 6 }), fc.integer({ min: 1, max: 70 }), (parts, step) => {
        const stream = Buffer.concat(parts);
        let taken = 0;
        const parser = createFrameParser((args) => {
          for (const bytes of args) taken += Buffer.from(bytes).length;
          args.forEach(decodeArgument);
        }, 100_000);
        try {
          for (let at = 0; at < stream.length; at += step) parser.push(stream.subarray(at, at + step));
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
        expect(taken).toBeLessThanOrEqual(stream.length);
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  'an answer that is nearly a list gives bots whose texts are clean, or a SourceError',
  async () => {
    await checkForAWhile(
      fc.property(nearly(...lists), (bytes) => {
        let answer: unknown;
        try {
          answer = JSON.parse(bytes.toString());
        } catch {
          return;
        }
        try {
          for (const { bot } of parseList(answer, '/home')) {
            for (const text of [bot.name, bot.namespace, bot.uniqueId, ...bot.envNames])
              expect(text).not.toMatch(CONTROL);
            expect(bot.restarts).toBeGreaterThanOrEqual(0);
          }
        } catch (error) {
          if ((error as Error).name === 'AssertionError') throw error;
          expect(error).toBeInstanceOf(SourceError);
        }
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  "a line that is nearly one of PM2's own log is an event with a real time, or none",
  async () => {
    const lines = logs.flatMap((text) => text.split('\n')).filter(Boolean);
    await checkForAWhile(
      fc.property(nearly(...lines), (bytes) => {
        const event = parseLogLine(bytes.toString(), 5);
        if (event !== null) expect(Number.isFinite(event.at)).toBe(true);
      }),
    );
  },
  fuzzTimeoutMs,
);
