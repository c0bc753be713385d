import { beforeEach, expect, test } from 'vitest';
import type { Action } from '../../src/actions/action.ts';
import type { Ask, Refusal } from '../../src/actions/ask.ts';
import type { Attempt, AttemptEnd, Audit } from '../../src/actions/audit.ts';
import { createExecutor, type Executor } from '../../src/actions/executor.ts';
import type { Progress } from '../../src/actions/outcome.ts';
import type { Circumstances } from '../../src/actions/policy.ts';
import { restart } from '../../src/actions/restart.ts';
import type { BotTarget } from '../../src/actions/target.ts';
import { SourceError } from '../../src/sources/source.ts';
import { clear, type FakeDaemon, fakeDaemon, HOME } from './fake-daemon.ts';

interface Line {
  readonly event: 'asked' | 'outcome';
  readonly attempt: Attempt;
  readonly end?: AttemptEnd;
}

let daemon: FakeDaemon;
let lines: Line[];
let auditError: string | null;
let circumstances: Circumstances;
let executor: Executor;

beforeEach(() => {
  daemon = fakeDaemon('weather-bot', 'billing', 'echo');
  lines = [];
  auditError = null;
  circumstances = clear();
  const audit: Audit = {
    check: async () => auditError,
    asked: async (attempt) => {
      lines.push({ event: 'asked', attempt });
      return auditError;
    },
    outcome: async (attempt, _at, end) => {
      lines.push({ event: 'outcome', attempt, end });
      return auditError;
    },
  };
  let count = 0;
  executor = createExecutor({
    deps: daemon.deps,
    audit,
    shell: { pm2Home: HOME, user: 'ops' },
    circumstances: () => circumstances,
    createId: () => `id-${++count}`,
  });
});

const signal = () => new AbortController().signal;
const targets = (...names: string[]) => names.map((name) => daemon.target(name));
const restarts = () => daemon.calls.filter((call) => call.method === 'restartProcessId').map((call) => call.args);
const events = () => lines.map((line) => (line.end ? `${line.event} ${line.end.result}` : line.event));
const lastEnd = () => lines.at(-1)?.end as AttemptEnd;

async function askFor(action: Action, chosen: readonly BotTarget[]): Promise<Ask> {
  const asked = await executor.ask(action, chosen, signal());
  if (asked.state === 'refused') throw new Error(asked.reason);
  return asked;
}

async function refusedFor(action: Action, chosen: readonly BotTarget[]): Promise<Refusal> {
  const asked = await executor.ask(action, chosen, signal());
  if (asked.state !== 'refused') throw new Error('it was asked');
  return asked;
}

test('a restart: only the id is sent, it is announced, audited in two lines and watched for ten seconds', async () => {
  const ask = await askFor(restart, targets('weather-bot'));
  expect(ask).toMatchObject({ risk: 'R1', command: 'pm2 restart 0', answer: { kind: 'y' }, notes: [] });
  expect(lines).toEqual([]);
  const seen: Progress[] = [];
  const outcome = await executor.fire(ask, (progress) => seen.push(progress));
  expect(restarts()).toEqual([[{ id: 0 }]]);
  expect(daemon.calls.find((call) => call.method === 'notifyByProcessId')?.args).toEqual([
    { id: 0, action_name: 'restart', manually: true },
  ]);
  expect(events()).toEqual(['asked', 'outcome done']);
  expect(new Set(lines.map((line) => line.attempt.id))).toEqual(new Set(['id-1']));
  expect(outcome.state).toBe('done');
  expect(outcome.results[0]?.verdict).toEqual({
    state: 'good',
    checks: [
      { text: 'pid 4211 → 4260', state: 'good' },
      { text: 'up 10 s', state: 'good' },
    ],
  });
  expect(daemon.elapsedMs()).toBeGreaterThanOrEqual(10_000);
  expect(seen.map((progress) => progress.verdict?.checks.at(-1)?.text)).toContain('up 4 s');
  expect(daemon.clients.closed).toBe(daemon.clients.made);
});

test('read-only builds no client and no call, neither asked nor fired, and is audited', async () => {
  const chosen = targets('weather-bot');
  const open = await askFor(restart, chosen);
  const made = daemon.clients.made;
  circumstances = clear({ isReadOnly: true });
  const outcome = await executor.fire(open, () => {});
  expect(outcome).toMatchObject({ state: 'refused', message: expect.stringContaining('read-only') });
  const refusal = await refusedFor(restart, chosen);
  expect(refusal.reason).toContain('read-only');
  expect(daemon.clients.made).toBe(made);
  expect(restarts()).toEqual([]);
  expect(events()).toEqual(['asked', 'outcome refused', 'asked', 'outcome refused']);
});

test('with read-only nothing of an action is touched but its words', async () => {
  circumstances = clear({ isReadOnly: true });
  const touched: (string | symbol)[] = [];
  const spied = new Proxy(restart, {
    get(action, name, receiver) {
      touched.push(name);
      return Reflect.get(action, name, receiver);
    },
  });
  expect(executor.sketch(spied, targets('weather-bot'))).toBeNull();
  await refusedFor(spied, targets('weather-bot'));
  expect(new Set(touched)).toEqual(new Set(['id', 'targetKind', 'risk', 'command']));
  expect(daemon.clients.made).toBe(0);
  expect(lines[0]?.attempt).toMatchObject({ risk: 'R1', command: 'pm2 restart 0' });
});

const READDED = 'weather-bot (id 0) was deleted and added again: the one that is there now is asked for anew';

test('a bot deleted and added again is refused before the question, and after it', async () => {
  const chosen = targets('weather-bot');
  const ask = await askFor(restart, chosen);
  (daemon.bots[0] as { uniqueId: string }).uniqueId = 'new';
  const outcome = await executor.fire(ask, () => {});
  expect(outcome).toMatchObject({ state: 'refused', message: READDED });
  expect((await refusedFor(restart, chosen)).reason).toBe(READDED);
  expect(restarts()).toEqual([]);
});

test('a pid that changed since is noted and not refused', async () => {
  const chosen = targets('weather-bot');
  (daemon.bots[0] as { pid: number }).pid = 4999;
  const ask = await askFor(restart, chosen);
  expect(ask.notes).toEqual(['restarted meanwhile, 4211 → 4999']);
  (daemon.bots[0] as { pid: number }).pid = 5000;
  const outcome = await executor.fire(ask, () => {});
  expect(outcome.results[0]?.verdict?.checks[0]?.text).toBe('pid 5000 → 4260');
});

test('a question fires once, and not after it was cancelled', async () => {
  const ask = await askFor(restart, targets('weather-bot'));
  await executor.fire(ask, () => {});
  expect((await executor.fire(ask, () => {})).state).toBe('refused');
  const other = await askFor(restart, targets('weather-bot'));
  await executor.cancel(other, 'cancelled', 'Esc');
  await executor.cancel(other, 'cancelled', 'Esc');
  expect((await executor.fire(other, () => {})).message).toBe('the question is no longer open');
  expect(restarts()).toHaveLength(1);
  expect(events()).toEqual(['asked', 'outcome done', 'asked', 'outcome cancelled']);
});

test('a new question takes the place of the open one, which is audited as cancelled', async () => {
  const first = await askFor(restart, targets('weather-bot'));
  const second = await askFor(restart, targets('billing'));
  expect((await executor.fire(first, () => {})).state).toBe('refused');
  expect((await executor.fire(second, () => {})).state).toBe('done');
  expect(restarts()).toEqual([[{ id: 1 }]]);
  expect(events().slice(0, 2)).toEqual(['asked', 'outcome cancelled']);
});

test('a question older than two minutes is void', async () => {
  const ask = await askFor(restart, targets('weather-bot'));
  while (daemon.elapsedMs() < 126_000) await daemon.deps.sleep(21_000, signal());
  expect((await executor.fire(ask, () => {})).message).toBe('the question is too old: ask again');
  expect(restarts()).toEqual([]);
});

test('several: typed is their number; those that are gone are left out and said', async () => {
  const chosen = targets('weather-bot', 'billing', 'echo');
  daemon.bots.splice(1, 1);
  const ask = await askFor(restart, [...chosen, ...chosen]);
  expect(ask.targets.map((target) => target.name)).toEqual(['weather-bot', 'echo']);
  expect(ask).toMatchObject({ risk: 'R2', answer: { kind: 'type', texts: ['2'] } });
  expect(ask.notes).toEqual(['billing (id 1) is gone']);
  expect(Object.isFrozen(ask.targets)).toBe(true);
});

test('several go one after the other, each watched before the next', async () => {
  const ask = await askFor(restart, targets('weather-bot', 'billing', 'echo'));
  const startedAt: number[] = [];
  const outcome = await executor.fire(ask, (progress) => {
    if (progress.verdict === null) startedAt.push(daemon.elapsedMs());
  });
  expect(outcome).toMatchObject({ state: 'done', message: '3 of 3 done' });
  expect(restarts()).toEqual([[{ id: 0 }], [{ id: 1 }], [{ id: 2 }]]);
  expect((startedAt[1] as number) - (startedAt[0] as number)).toBeGreaterThanOrEqual(10_000);
  expect(events()).toEqual(['asked', 'outcome done']);
});

test('several stop at the first that comes back worse, and say what is done and what is not', async () => {
  (daemon.bots[1] as { diesAfterMs?: number }).diesAfterMs = 1500;
  const before = targets('weather-bot', 'billing', 'echo').map((target) => ({ ...target }));
  const outcome = await executor.fire(await askFor(restart, before), () => {});
  expect(outcome.state).toBe('failed');
  expect(outcome.message).toBe(
    'billing: restarted again: exit 1; 2 of 3 done: weather-bot, billing (not well since); not done: echo',
  );
  expect(outcome.results.map((result) => result.state)).toEqual(['done', 'done', 'skipped']);
  expect(restarts()).toHaveLength(2);
  expect(lastEnd()).toMatchObject({ result: 'failed', message: outcome.message });
});

test('one that crashed before its restart and crashes again does not stop the others', async () => {
  const bot = daemon.bots[0] as { diesAfterMs?: number; status: string };
  bot.status = 'errored';
  bot.diesAfterMs = 1500;
  const outcome = await executor.fire(await askFor(restart, targets('weather-bot', 'billing')), () => {});
  expect(outcome.state).toBe('done');
  expect(outcome.results.map((result) => result.verdict?.state)).toEqual(['bad', 'good']);
});

test('a daemon that dies in the middle stops it, nothing hangs, and it says how far it came', async () => {
  daemon.onWait = (elapsed) => {
    if (elapsed > 3000) daemon.failure = { error: new SourceError('refused', 'the daemon is gone') };
  };
  const outcome = await executor.fire(await askFor(restart, targets('weather-bot', 'billing')), () => {});
  expect(outcome.state).toBe('failed');
  expect(outcome.message).toBe(
    'weather-bot: not known: the daemon is gone; 1 of 2 done: weather-bot; not done: billing',
  );
});

test('a daemon that answers the call never is watched instead, and the audit says unanswered', async () => {
  daemon.failure = { error: new SourceError('timeout', 'no answer within 30 s'), methods: ['restartProcessId'] };
  daemon.onWait = (elapsed) => {
    if (elapsed === 2000) Object.assign(daemon.bots[0] as object, { pid: 7000, restarts: 4 });
  };
  const outcome = await executor.fire(await askFor(restart, targets('weather-bot')), () => {});
  expect(outcome.results[0]).toMatchObject({ state: 'unanswered', verdict: { state: 'good' } });
  expect(events()).toEqual(['asked', 'outcome unanswered']);
});

test('what PM2 refuses is failed with its words', async () => {
  const ask = await askFor(restart, targets('weather-bot'));
  daemon.failure = { error: new SourceError('failed', 'PM2 says: no'), methods: ['restartProcessId'] };
  expect(await executor.fire(ask, () => {})).toMatchObject({ state: 'failed', message: 'PM2 says: no' });
  expect(events()).toEqual(['asked', 'outcome failed']);
});

test('a run that never ends is given up at its limit', async () => {
  const stuck: Action<BotTarget> = { ...restart, runTimeoutMs: 5000, run: () => new Promise(() => {}) };
  const outcome = await executor.fire(await askFor(stuck, targets('weather-bot')), () => {});
  expect(outcome.results[0]).toMatchObject({ state: 'unanswered', message: 'no answer within 5 s' });
  expect(outcome.results[0]?.verdict?.state).toBe('bad');
});

test('while it runs nothing else is asked; while it is only watched, it may be', async () => {
  let release = () => {};
  const slow: Action<BotTarget> = {
    ...restart,
    run: (target, deps, stop) =>
      new Promise<void>((resolve) => {
        release = resolve;
      }).then(() => restart.run(target, deps, stop)),
  };
  const firing = executor.fire(await askFor(slow, targets('weather-bot')), (progress) => {
    if (progress.verdict === null) reached();
  });
  let reached = () => {};
  await new Promise<void>((resolve) => {
    reached = resolve;
  });
  expect(executor.isBusy).toBe(true);
  expect((await refusedFor(restart, targets('billing'))).reason).toBe(
    'another action is under way: ask again when it is done',
  );
  const asked: Promise<Ask>[] = [];
  daemon.onWait = () => {
    if (!executor.isBusy && asked.length === 0) asked.push(askFor(restart, targets('billing')));
  };
  release();
  expect((await firing).state).toBe('done');
  expect((await asked[0])?.state).toBe('asked');
});

test('when the terminal is lost it finishes the current target, leaves the rest and audits how far it came', async () => {
  const ask = await askFor(restart, targets('weather-bot', 'billing', 'echo'));
  let aborted: Promise<void> | null = null;
  daemon.onWait = (elapsed) => {
    if (elapsed >= 2000) aborted ??= executor.abort('terminal lost');
  };
  const outcome = await executor.fire(ask, () => {});
  await aborted;
  expect(outcome.state).toBe('stopped');
  expect(outcome.message).toBe(
    'terminal lost; weather-bot: not watched to the end; 1 of 3 done: weather-bot; not done: billing, echo',
  );
  expect(lastEnd().result).toBe('stopped');
  expect(restarts()).toHaveLength(1);
});

test('an open question is audited as cancelled when the monitor ends', async () => {
  await askFor(restart, targets('weather-bot'));
  await executor.abort('terminal lost');
  expect(events()).toEqual(['asked', 'outcome cancelled']);
  expect(lastEnd().message).toBe('terminal lost');
});

test('an audit that cannot be written is said and stops R3 only', async () => {
  const R1 = await askFor(restart, targets('weather-bot'));
  auditError = 'the disk is full';
  expect(await executor.fire(R1, () => {})).toMatchObject({ state: 'done', auditError: 'the disk is full' });
  const destroy: Action<BotTarget> = { ...restart, id: 'flush', risk: () => 'R3', phrase: () => 'flush weather-bot' };
  // It was fine when it was asked.
  auditError = null;
  const R3 = await askFor(destroy, targets('weather-bot'));
  auditError = 'the disk is full';
  expect(R3.answer).toEqual({ kind: 'type', texts: ['flush weather-bot'] });
  expect(await executor.fire(R3, () => {})).toMatchObject({
    state: 'refused',
    message: 'the audit cannot be written: the disk is full; nothing that destroys is done without it',
    auditError: 'the disk is full',
  });
  expect(restarts()).toHaveLength(1);
});

test('an audit that cannot be written is known before anything is done: a note, and no question that destroys', async () => {
  auditError = 'the disk is full';
  const ask = await askFor(restart, targets('weather-bot'));
  expect(ask.notes).toEqual([expect.stringContaining('the audit cannot be written: the disk is full')]);
  const order: string[] = [];
  const destroy: Action<BotTarget> = {
    ...restart,
    risk: () => 'R3',
    phrase: () => 'flush weather-bot',
    prepare: async () => {
      order.push('prepared');
      return { notes: [] };
    },
  };
  expect((await refusedFor(destroy, targets('weather-bot'))).reason).toBe(
    'the audit cannot be written: the disk is full; nothing that destroys is done without it',
  );
  expect(order).toEqual([]);
});

test('evidence is saved before the question and can change its phrase', async () => {
  const order: string[] = [];
  const destroy: Action<BotTarget> = {
    ...restart,
    risk: () => 'R3',
    phrase: () => 'flush weather-bot',
    prepare: async () => {
      order.push('prepared');
      return { notes: ['there is no room for evidence'], phrase: 'without evidence' };
    },
  };
  const ask = await askFor(destroy, targets('weather-bot'));
  expect(order).toEqual(['prepared']);
  expect(ask.answer).toEqual({ kind: 'type', texts: ['without evidence'] });
  expect(ask.notes).toEqual(['there is no room for evidence']);
});

test('what is only copied is never run', async () => {
  const copy: Action<BotTarget> = { ...restart, risk: () => 'copy' };
  const ask = await askFor(copy, targets('weather-bot'));
  expect((await executor.fire(ask, () => {})).state).toBe('refused');
  expect(restarts()).toEqual([]);
});

test('an unreadable daemon refuses the question with the reason', async () => {
  const chosen = targets('weather-bot');
  daemon.failure = { error: new SourceError('frozen', 'the daemon is frozen') };
  expect((await refusedFor(restart, chosen)).reason).toBe(
    'weather-bot (id 0) could not be read again: the daemon is frozen',
  );
});

test('a question that is given up while its targets are read is audited as cancelled and never asked', async () => {
  const gone = new AbortController();
  const asking = executor.ask(restart, targets('weather-bot'), gone.signal);
  gone.abort();
  expect(await asking).toMatchObject({ state: 'refused', reason: 'cancelled while its targets were read again' });
  expect(events()).toEqual(['asked', 'outcome cancelled']);
  lines.length = 0;
  // Reading that fails since it was given up is told as that, too.
  const again = new AbortController();
  daemon.failure = { error: new SourceError('failed', 'aborted') };
  const failing = executor.ask(restart, targets('weather-bot'), again.signal);
  again.abort();
  expect(await failing).toMatchObject({ state: 'refused', reason: 'cancelled while its targets were read again' });
  expect(events()).toEqual(['asked', 'outcome cancelled']);
});

test('an action that breaks its contract is refused or failed, never thrown', async () => {
  const phraseless: Action<BotTarget> = { ...restart, risk: () => 'R3' };
  expect((await refusedFor(phraseless, targets('weather-bot'))).reason).toContain('names no phrase');
  const throwing: Action<BotTarget> = {
    ...restart,
    run: () => {
      throw new Error('token=abcdefgh12345678 broke');
    },
  };
  const outcome = await executor.fire(await askFor(throwing, targets('weather-bot')), () => {});
  expect(outcome.state).toBe('failed');
  expect(outcome.message).not.toContain('abcdefgh');
});
