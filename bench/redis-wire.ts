import { connect, type Socket } from 'node:net';
import type { TestRedis } from '../test/helpers/redis-server.ts';

/** One session of a Redis, in its inline protocol: what a load and a count need. */
export interface RedisSession {
  /** Sends a command and gives the answer as text, a bulk without its length. */
  ask(command: string): Promise<string>;
  close(): void;
}

export async function openRedisSession(server: TestRedis): Promise<RedisSession> {
  const socket = connect(server.socketPath);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  // It ends with its server, which may be before us.
  socket.on('error', () => socket.destroy());
  const ask = (command: string): Promise<string> => {
    socket.write(`${command}\r\n`);
    return answer(socket);
  };
  await ask(`AUTH ${server.password}`);
  return { ask, close: () => socket.destroy() };
}

/** One whole answer; a second is not asked for before. */
function answer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const finish = (value: string | Error) => {
      socket.off('data', take).off('close', lose);
      if (typeof value === 'string') resolve(value);
      else reject(value);
    };
    const lose = () => finish(new Error('Redis closed the connection'));
    const take = (bytes: Buffer) => {
      text += bytes.toString('latin1');
      const head = text.indexOf('\r\n');
      if (head === -1) return;
      if (text.startsWith('-')) finish(new Error(text.slice(1, head)));
      else if (!text.startsWith('$')) finish(text.slice(1, head));
      else if (text.length >= head + 4 + Number(text.slice(1, head))) finish(text.slice(head + 2, -2));
    };
    socket.on('data', take).on('close', lose);
  });
}
