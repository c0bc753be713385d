import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { launchedWith } from '../helpers/launcher-options.ts';

test('every Node that is new enough is given the same options, before the program and its arguments', () => {
  const { options, args } = launchedWith('v26.9.0', ['snapshot']);
  expect(options).toContain('--max-semi-space-size=1');
  expect(launchedWith('v22.12.0').options).toEqual(options);
  expect(args).toEqual(['snapshot']);
});

test('V8 takes the compiled form of a program that was made without them: Node’s own modules are compiled by none', () => {
  const script = `
    const { Script } = require('node:vm');
    const [kept] = process.argv.slice(1);
    const script = new Script('(function () { return 1; })', { cachedData: Buffer.from(kept ?? '', 'base64') });
    process.stdout.write(kept ? String(script.cachedDataRejected) : script.createCachedData().toString('base64'));
  `;
  const run = (options: readonly string[], args: readonly string[]) =>
    spawnSync(process.execPath, [...options, '-e', script, ...args], { encoding: 'utf8' }).stdout;
  const kept = run([], []);
  expect(run(launchedWith(process.version).options, [kept])).toBe('false');
  expect(run(['--no-opt'], [kept])).toBe('true');
});
