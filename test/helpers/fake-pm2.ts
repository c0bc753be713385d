/** A socket that speaks PM2's protocol and answers what the test wants. */
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createFrameParser, decodeArgument, encodeCall } from '../../src/sources/pm2/frame.ts';

export interface Call {
  readonly method: string;
  readonly args: unknown[];
  readonly socket: Socket;
  /** Sends `{ args: [result] }` or `{ error }` as PM2 does. */
  reply(payload: unknown): void;
}

export interface FakeDaemon {
  readonly calls: Call[];
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

export async function fakeDaemon(home: string, onCall: (call: Call) => void): Promise<FakeDaemon> {
  const calls: Call[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const parser = createFrameParser((parts) => {
      const [request, id] = parts.map(decodeArgument) as [{ method: string; args: unknown[] }, string];
      const reply = (payload: unknown) => void socket.write(encodeCall(payload, id));
      const call = { method: request.method, args: request.args, socket, reply };
      calls.push(call);
      onCall(call);
    });
    socket.on('data', (chunk) => parser.push(chunk));
    // The client may hang up in the middle of an answer; that is what some tests are about.
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(join(home, 'rpc.sock'), resolve));
  return {
    calls,
    sockets,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
