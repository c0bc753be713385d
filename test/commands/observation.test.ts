import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createObservation, type Observation } from '../../src/commands/observation.ts';
import { parseOptions } from '../../src/config/options.ts';
import { UsageError } from '../../src/config/usage-error.ts';
import type { AuditFolder } from '../../src/sources/pm2/audit-trail.ts';
import type { Deploy } from '../../src/sources/pm2/snapshot.ts';
import { systemClock } from '../../src/sources/source.ts';
import { makeBot, makePm2Snapshot } from '../helpers/bots.ts';

let folder: string;
let observation: Observation;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'botop-observation-'));
  const env = { HOME: folder, PM2_HOME: folder };
  const options = await parseOptions([], env, folder, { uid: 0, configFile: join(folder, 'none.yaml') });
  if (options instanceof UsageError) throw options;
  const auditFolder: AuditFolder = async () => ({ state: 'unusable', reason: 'none' });
  const kept = { marksFile: null, dumpCopies: null, auditFolder };
  observation = createObservation({ options, env, clock: systemClock, ...kept });
});

afterEach(async () => {
  await observation.poller.stop();
  rmSync(folder, { recursive: true });
});

function read(deployAt: number): void {
  const deploy: Deploy = { at: deployAt, fromVersion: '1', toVersion: '2', fromCommit: null, toCommit: null };
  const bot = makeBot({ code: { version: '2', commit: null, branch: null, deploys: [deploy] } });
  observation.store.succeed('pm2', makePm2Snapshot([bot]), Date.now(), 1);
}

test('an error is NEW since the last deploy once one is seen, and each deploy counts once', () => {
  const { errors } = observation;
  read(Date.now() - 60_000);
  expect(errors.baseline).toEqual({ kind: 'start' });
  const at = Date.now() + 1_000;
  read(at);
  expect(errors.baseline).toEqual({ kind: 'deploy', at });
  const group = { fingerprint: 'a', bots: new Map([['weather-bot', 1]]) };
  expect(errors.isNew({ ...group, firstAt: at - 1 })).toBe(false);
  expect(errors.isNew({ ...group, firstAt: at })).toBe(true);
  // What a person says after it stays, also while the same deploy is read again.
  errors.setBaseline({ kind: 'restart' });
  read(at);
  expect(errors.baseline).toEqual({ kind: 'restart' });
  errors.setBaseline({ kind: 'start' });
  read(at);
  expect(errors.baseline).toEqual({ kind: 'start' });
  read(at + 5_000);
  expect(errors.baseline).toEqual({ kind: 'deploy', at: at + 5_000 });
});
