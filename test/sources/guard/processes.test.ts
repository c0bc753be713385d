import { expect, onTestFinished, test } from 'vitest';
import { createProcessScan } from '../../../src/sources/guard/processes.ts';
import { createProcTree } from '../../helpers/proc-tree.ts';

const HOME = '/home/anna/.pm2';

test('in a container the second process may be the daemon; a thread of the kernel is none', async () => {
  const tree = createProcTree();
  onTestFinished(tree.dispose);
  const put = (pid: number, parent: number, pages: number, command: string, variables = ''): void => {
    tree.write(`${pid}/stat`, `${pid} (a) S ${parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${100 + pid} 1 ${pages} 0\n`);
    tree.write(`${pid}/cmdline`, command === '' ? '' : `${command}\0`);
    tree.write(`${pid}/environ`, variables);
  };
  const scan = async () => (await createProcessScan([HOME], tree.procRoot).scan(Date.now())).get(HOME);
  put(1, 0, 1, '/sbin/tini');
  put(2, 1, 20, `PM2 v7.0.4: God Daemon (${HOME})`);
  put(10, 2, 20, 'node\0bot.js', `PM2_HOME=${HOME}\0pm_id=0\0name=bot\0`);
  expect(await scan()).toMatchObject({ daemons: [{ pid: 2 }], orphans: [] });
  put(2, 0, 0, `PM2 v7.0.4: God Daemon (${HOME})`);
  expect((await scan())?.daemons).toEqual([]);
});
