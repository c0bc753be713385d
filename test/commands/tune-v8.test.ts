import { spawnSync } from 'node:child_process';
import { isBuiltin } from 'node:module';
import { expect, test } from 'vitest';
import { tuneV8 } from '../../src/commands/tune-v8.ts';

function toldTo(nodeVersion: string): readonly string[] {
  const told: string[] = [];
  let isLoaded = false;
  const load = (module: string): void => {
    expect(told).toEqual([]);
    expect(isBuiltin(module)).toBe(true);
    isLoaded = true;
  };
  tuneV8(nodeVersion, load, (option) => void told.push(option));
  expect(isLoaded).toBe(true);
  return told;
}

test('when what is needed first is loaded, V8 is told to collect young garbage while old is marked, if it can', () => {
  for (const version of ['22.12.0', '24.21.0']) expect(toldTo(version)).toContain('--no-separate-gc-phases');
  expect(toldTo('26.9.0')).toEqual([]);
});

test('this V8 does not complain of what it is told', () => {
  const options = JSON.stringify(toldTo(process.versions.node));
  const script = `${options}.forEach((option) => require('node:v8').setFlagsFromString(option))`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
