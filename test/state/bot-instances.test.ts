import { expect, test } from 'vitest';
import type { BotInstance } from '../../src/sources/postgres/snapshot.ts';
import { instanceDrift, instanceOf, missingInstances } from '../../src/state/bot-instances.ts';
import { makeBot, NOON } from '../helpers/bots.ts';

function row(over: Partial<BotInstance>): BotInstance {
  return { id: '1', name: null, processName: null, status: 'online', lastRestartAt: null, updatedAt: null, ...over };
}

function registry(...rows: BotInstance[]) {
  return { table: 'public.bot_instances', mayRead: true, rows, isCut: false, readAt: NOON };
}

const bot = (name: string) => makeBot({ name });

test('a bot’s row is found by the name of its process, by its own name, or by the id in the name of a worker', () => {
  const rows = [
    row({ id: '1', name: 'weather' }),
    row({ id: '12', name: 'x', processName: 'sales' }),
    row({ id: '123' }),
  ];
  const found = registry(...rows, row({ id: '4', name: 'sales' }));
  expect(instanceOf(bot('weather'), found)).toBe(rows[0]);
  expect(instanceOf(bot('sales'), found)).toBe(rows[1]);
  expect(instanceOf(bot('bot_worker_123'), found)).toBe(rows[2]);
  expect(instanceOf(bot('bot_worker_12'), found)).toBe(rows[1]);
  expect(instanceOf(bot('123'), found)).toBe(null);
  expect(instanceOf(bot('constructor'), found)).toBe(null);
  expect(instanceOf(bot('weather'), null)).toBe(null);
});

test('rows that say online and that no bot stands for are missing', () => {
  const rows = registry(
    row({ id: '1', name: 'a' }),
    row({ id: '2', name: 'b' }),
    row({ id: '3', name: 'c', status: 'offline' }),
  );
  expect(missingInstances([bot('a')], rows).map(({ id }) => id)).toEqual(['2']);
  expect(missingInstances([], null)).toEqual([]);
});

test('where the database says another thing than what is, it is told; what is in between is not compared', () => {
  expect(instanceDrift(row({ status: 'online' }), 'errored')).toBe('database says online');
  expect(instanceDrift(row({ status: 'archived' }), 'ok')).toBe('database says archived');
  expect(instanceDrift(row({ status: 'online' }), 'silent')).toBe(null);
  expect(instanceDrift(row({ status: 'online' }), 'starting')).toBe(null);
  expect(instanceDrift(row({ status: 'error' }), 'ok')).toBe(null);
  expect(instanceDrift(row({ status: 'toString' }), 'ok')).toBe(null);
});
