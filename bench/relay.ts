import { renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createFrameParser, decodeArgument } from '../src/sources/pm2/frame.ts';

/** Stands between a PM2 daemon and those who ask it, and counts the calls. */
export interface Relay {
  /**
   * The methods that were called so far. PM2's own client numbers its calls `PID:1`: with a pid those of that process
   * are given, without one all others.
   */
  calls(pm2Client?: number): readonly string[];
  /** Gives the daemon its place back. */
  close(): Promise<void>;
}

/** Takes the place of the daemon's socket; connections from before go on without it. */
export async function relayCalls(home: string): Promise<Relay> {
  const place = join(home, 'rpc.sock');
  const moved = join(home, 'rpc-moved.sock');
  const counted: { readonly method: string; readonly client: string }[] = [];
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(moved);
    const parser = createFrameParser((parts) => {
      const [request, id] = parts.map(decodeArgument) as [{ readonly method: string }, string];
      counted.push({ method: request.method, client: id.split(':')[0] ?? '' });
    });
    near.on('data', (bytes) => parser.push(bytes));
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
      // Either side may leave in the middle of an answer.
      socket.on('error', () => socket.destroy());
    }
  });
  renameSync(place, moved);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(place, resolve));
  const isPm2 = (client: string) => /^\d+$/.test(client);
  return {
    calls: (pm2Client) =>
      counted
        .filter(({ client }) => (pm2Client === undefined ? !isPm2(client) : client === String(pm2Client)))
        .map(({ method }) => method),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
      rmSync(place, { force: true });
      renameSync(moved, place);
    },
  };
}
