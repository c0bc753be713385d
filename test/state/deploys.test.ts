import { expect, test } from 'vitest';
import type { Deploy } from '../../src/sources/pm2/snapshot.ts';
import { deployName, lastDeployAt, runningCode } from '../../src/state/deploys.ts';
import { baselineAfterDeploy } from '../../src/state/errors/baseline.ts';
import { makeBot, NOON } from '../helpers/bots.ts';

const [one, two, three] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];

function deploy(at: number, over: Partial<Deploy>): Deploy {
  return { at, fromVersion: null, toVersion: null, fromCommit: null, toCommit: null, ...over };
}

const deploys = [
  deploy(NOON - 7_200_000, { fromCommit: one, toCommit: two }),
  deploy(NOON - 600_000, { fromCommit: two, toCommit: three, fromVersion: '1.2.3', toVersion: '1.3.0' }),
];
const code = { version: '1.3.0', commit: three, branch: 'main', deploys };

test('a bot that was started before a deploy runs what was there before, and the deploy waits', () => {
  expect(runningCode(makeBot({ startedAt: NOON - 3_600_000, code }))).toEqual({
    version: '1.2.3',
    commit: two,
    waiting: [deploys[1]],
  });
});

test('one that was started after it runs it, a start of the same second included', () => {
  const started = (at: number) => runningCode(makeBot({ startedAt: at, version: '1.3.0', code }));
  expect(started(NOON - 599_000)).toEqual({ version: '1.3.0', commit: three, waiting: [] });
  expect(started(NOON - 600_500)?.waiting).toEqual([]);
});

test('of a bot that does not run, or whose code is not known, nothing is said', () => {
  expect(runningCode(makeBot({ pid: null, code }))).toBe(null);
  expect(runningCode(makeBot())).toBe(null);
});

test('a deploy is named by what it changed', () => {
  expect(deployName(deploys[1] as Deploy)).toBe('1.3.0 3333333');
  expect(deployName(deploys[0] as Deploy)).toBe('2222222');
  expect(deployName(deploy(NOON, { fromVersion: '1', toVersion: '2' }))).toBe('2');
});

test('errors are new since the newest deploy of any bot, unless a person chose otherwise', () => {
  expect(lastDeployAt([makeBot(), makeBot({ code }), makeBot({ code: { ...code, deploys: [] } })])).toBe(
    NOON - 600_000,
  );
  expect(lastDeployAt([makeBot()])).toBeNaN();
  const deployed = { kind: 'deploy', at: NOON } as const;
  expect(baselineAfterDeploy({ kind: 'start' }, NOON)).toEqual(deployed);
  expect(baselineAfterDeploy({ kind: 'deploy', at: 1 }, NOON)).toEqual(deployed);
  expect(baselineAfterDeploy({ kind: 'restart' }, NOON)).toEqual({ kind: 'restart' });
  expect(baselineAfterDeploy({ kind: 'moment', at: 1 }, NOON)).toEqual({ kind: 'moment', at: 1 });
});
