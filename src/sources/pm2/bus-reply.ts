/** One look at PM2's bus: the answer of one bot to a custom action. Everything else on it passes unread. */
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { SourceError } from '../source.ts';
import { checkSocket, explainConnectError, safeText } from './access.ts';
import { asFields, fieldOf } from './fields.ts';
import { createFrameParser, decodeArgument } from './frame.ts';

export interface BusReply {
  /** The bot's answer as text, cleaned, redacted and cut; null when there was none in its time. */
  readonly answer: Promise<string | null>;
  close(): void;
}

const EVENT = 's:axm:reply';
const MAX_ANSWER = 400;
/** More than an answer needs; a bot that logs without end must not cost memory here. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Connects to the bus and resolves when it listens. The bus sends every line of every bot and cannot be asked for less, so it
 * is closed with the answer, after `timeoutMs`, or after 16 MiB of anything. Rejects with `SourceError`.
 */
export async function listenForReply(
  home: string,
  wanted: { readonly id: number | string; readonly action: string },
  timeoutMs: number,
): Promise<BusReply> {
  const path = join(home, 'pub.sock');
  await checkSocket(home, path);
  const socket = createConnection({ path });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    socket.destroy();
    throw await explainConnectError(home, path, error);
  }
  let end: (answer: string | null) => void = () => {};
  const answer = new Promise<string | null>((resolve) => {
    end = (found) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(found);
    };
  });
  const timer = setTimeout(() => end(null), timeoutMs);
  const parser = createFrameParser(([event, payload]) => {
    if (event?.toString('latin1') !== EVENT || payload === undefined) return;
    const found = answerIn(decodeArgument(payload), wanted);
    if (found !== null) end(found);
  });
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return end(null);
    try {
      parser.push(chunk);
    } catch {
      // What is no frame is no answer either.
      end(null);
    }
  });
  socket.on('error', () => end(null));
  socket.on('close', () => end(null));
  if (socket.destroyed) throw new SourceError('refused', "PM2's bus closed the connection");
  return { answer, close: () => end(null) };
}

function answerIn(message: unknown, { id, action }: { readonly id: number | string; readonly action: string }) {
  const fields = asFields(message);
  const data = asFields(fieldOf(fields, 'data'));
  const from = fieldOf(asFields(fieldOf(fields, 'process')), 'pm_id');
  if (String(from) !== String(id) || fieldOf(data, 'action_name') !== action) return null;
  const value = fieldOf(data, 'return');
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return safeText(text.slice(0, 10 * MAX_ANSWER)).slice(0, MAX_ANSWER);
}
