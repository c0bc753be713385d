import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { saveMemory } from '../../src/commands/memory-saver.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function toldTo(nodeVersion: string): readonly string[] {
  const told: string[] = [];
  saveMemory(nodeVersion, (option) => told.push(option));
  expect(told).toEqual([]);
  vi.runAllTimers();
  return told;
}

test('V8 is told to save memory after the start, and not one that has no such option', () => {
  expect(toldTo('24.21.0')).toContain('--memory-saver-mode');
  expect(toldTo('22.23.3')).toEqual([]);
});

test('this V8 does not complain of what it is told', () => {
  const options = JSON.stringify(toldTo(process.versions.node));
  const script = `${options}.forEach((option) => require('node:v8').setFlagsFromString(option))`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
