import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { daemonUid } from '../../../src/actions/daemon-owner.ts';
import { logsOf, openLog } from '../../../src/actions/logs/file.ts';
import { makeBot } from '../../helpers/bots.ts';

const uid = process.geteuid?.() ?? 0;
const STRANGER = 4242;

let folder: string;
let path: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'botop-log-')));
  path = join(folder, 'bot.log');
  writeFileSync(path, 'one\ntwo\n');
  return () => rmSync(folder, { recursive: true, force: true });
});

async function stateOf(at = path, owner = uid, use: 'read' | 'empty' = 'empty'): Promise<string> {
  const log = await openLog(at, owner, use);
  if (log.state === 'open') await log.file.close();
  return log.state === 'refused' ? log.reason : log.state;
}

describe('the files of a bot', () => {
  test('are named once, though out and error are merged, and never /dev/null', () => {
    const merged = makeBot({ outLogPath: '/l/a.log', errLogPath: '/l/a.log', combinedLogPath: '/l/all.log' });
    expect(logsOf(merged)).toEqual([
      { stream: 'out', path: '/l/a.log' },
      { stream: 'combined', path: '/l/all.log' },
    ]);
    expect(logsOf(makeBot({ outLogPath: '/dev/null', errLogPath: null }))).toEqual([]);
  });
});

describe('a log is opened', () => {
  test('when it is a regular file of the daemon, and its size is known', async () => {
    const log = await openLog(path, uid, 'empty');
    expect(log).toMatchObject({ state: 'open', sizeBytes: 8 });
    if (log.state === 'open') await log.file.close();
    expect(await stateOf(path, uid, 'read')).toBe('open');
  });

  test('through a link among its folders, when the link is of root or the daemon', async () => {
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real', 'a.log'), '');
    symlinkSync('real/../real', join(folder, 'logs'));
    expect(await stateOf(join(folder, 'logs', 'a.log'))).toBe('open');
  });
});

describe('a log is refused', () => {
  test('when a link stands in its place, whoever owns it', async () => {
    const link = join(folder, 'link.log');
    symlinkSync(path, link);
    expect(await stateOf(link)).toBe(`${link} is a link, which is not followed`);
  });

  test('when it is a pipe, without waiting for a reader, or a folder', async () => {
    const pipe = join(folder, 'pipe.log');
    execFileSync('mkfifo', [pipe]);
    expect(await stateOf(pipe)).toBe(`${pipe} is no regular file`);
    expect(await stateOf(folder)).toBe(`${folder} is no regular file`);
    expect(await stateOf('/dev/zero')).toBe('/dev/zero is no regular file');
  });

  test('when it is of another user than the daemon', async () => {
    expect(await stateOf(path, uid + STRANGER)).toMatch(/cannot be trusted|belongs to uid/);
  });

  test('when the file has a second name', async () => {
    linkSync(path, join(folder, 'second'));
    expect(await stateOf()).toBe(`${path} has a second name elsewhere`);
  });

  test('when everybody can write the folder and could exchange it', async () => {
    chmodSync(folder, 0o777);
    expect(await stateOf()).toBe(`${path} cannot be trusted: ${folder} can be written by everybody`);
    chmodSync(folder, 0o1777);
    expect(await stateOf()).toBe('open');
  });

  test('when its folder is a link to itself', async () => {
    symlinkSync('loop', join(folder, 'loop'));
    expect(await stateOf(join(folder, 'loop', 'a.log'))).toMatch(/is a link|cannot be opened: ELOOP/);
  });

  test('and a missing one is said to be missing', async () => {
    expect(await stateOf(join(folder, 'none.log'))).toBe('missing');
    expect(await stateOf(join(folder, 'none', 'none.log'))).toBe('missing');
  });

  describe.skipIf(uid !== 0)('as root', () => {
    test('when the file is of another user', async () => {
      chownSync(path, STRANGER, STRANGER);
      expect(await stateOf()).toBe(`${path} belongs to uid ${STRANGER}, the PM2 daemon to uid 0`);
    });

    test('when a stranger owns a folder on the way, or laid a link there', async () => {
      const theirs = join(folder, 'theirs');
      mkdirSync(theirs);
      renameSync(path, join(theirs, 'bot.log'));
      chownSync(theirs, STRANGER, STRANGER);
      expect(await stateOf(join(theirs, 'bot.log'))).toContain(`${theirs} belongs to uid ${STRANGER}`);
      chownSync(theirs, 0, 0);
      const link = join(folder, 'link');
      symlinkSync(theirs, link);
      expect(await stateOf(join(link, 'bot.log'))).toBe('open');
      lchownSync(link, STRANGER, STRANGER);
      expect(await stateOf(join(link, 'bot.log'))).toContain(`${link} is a link of uid ${STRANGER}`);
    });

    test('but not when all of it is of the daemon, which is another user than we', async () => {
      chownSync(folder, STRANGER, STRANGER);
      chownSync(path, STRANGER, STRANGER);
      expect(await stateOf(path, STRANGER)).toBe('open');
    });
  });
});

describe('the daemon belongs', () => {
  async function withSocket(check: () => Promise<void>): Promise<void> {
    const server = createServer().listen(join(folder, 'rpc.sock'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await check();
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }

  test('to the owner of its socket', () => withSocket(async () => expect(await daemonUid(folder)).toBe(uid)));

  test('to nobody when a file stands in the place of the socket, or nothing', async () => {
    await expect(daemonUid(folder)).rejects.toThrow('ENOENT');
    writeFileSync(join(folder, 'rpc.sock'), '');
    await expect(daemonUid(folder)).rejects.toThrow('is no socket');
  });

  test.skipIf(uid !== 0)('to nobody when the home is of another user, who could exchange the socket', () =>
    withSocket(async () => {
      chownSync(folder, STRANGER, STRANGER);
      await expect(daemonUid(folder)).rejects.toThrow(`belongs to uid ${STRANGER} and its daemon to uid 0`);
    }),
  );
});
