/** Whether anybody is at an address, before the client is loaded for them. */
import { connect } from 'node:net';
import type { RedisAddress } from './address.ts';
import { explainRedis } from './errors.ts';

/** Connects and hangs up. Rejects with an explained `SourceError` when nobody answers. */
export function knock(address: RedisAddress, timeoutMs: number): Promise<void> {
  const { host, port, path } = address;
  return new Promise((resolve, reject) => {
    const socket = connect(path === null ? { host, port, timeout: timeoutMs } : { path, timeout: timeoutMs });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(explainRedis(error, address));
    };
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', fail);
    socket.on('timeout', () => fail(Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' })));
  });
}
