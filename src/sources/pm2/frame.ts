/**
 * The wire format of PM2's sockets (AMP): one byte with version and number of arguments, then each argument as a
 * 32-bit big-endian length and its bytes. A text argument begins with `s:`, a JSON one with `j:`.
 */

/** More than a thousand bots need (about 6 kB each); a peer that announces more is not a PM2 daemon. */
export const maxFrameBytes = 64 * 1024 * 1024;

const ampVersion = 1;
const maxArguments = 15;

/** The bytes are no frame, or one larger than the limit. The connection they came from is useless. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** One frame of a JSON argument and a text argument: what PM2 expects as a call. */
export function encodeCall(payload: unknown, id: string): Buffer {
  const json = Buffer.from(`j:${JSON.stringify(payload)}`);
  const text = Buffer.from(`s:${id}`);
  const frame = Buffer.allocUnsafe(1 + 4 + json.length + 4 + text.length);
  frame[0] = (ampVersion << 4) | 2;
  frame.writeUInt32BE(json.length, 1);
  json.copy(frame, 5);
  frame.writeUInt32BE(text.length, 5 + json.length);
  text.copy(frame, 9 + json.length);
  return frame;
}

/** An argument as the sender meant it: text, a parsed JSON value, or bytes. Throws `FrameError` for broken JSON. */
export function decodeArgument(bytes: Buffer): unknown {
  const tag = bytes.length >= 2 && bytes[1] === 0x3a ? bytes[0] : undefined;
  if (tag === 0x73) return bytes.toString('utf8', 2);
  if (tag !== 0x6a) return bytes;
  try {
    return JSON.parse(bytes.toString('utf8', 2));
  } catch {
    throw new FrameError('an argument is not valid JSON');
  }
}

/** Cuts a stream of chunks into frames. */
export interface FrameParser {
  /** Takes the next chunk and calls `onFrame` with the raw arguments of each frame it completes. Throws `FrameError`. */
  push(chunk: Buffer): void;
}

/**
 * A parser that copies each byte at most once: a list of a thousand bots arrives in a hundred chunks, and joining
 * them at each arrival would copy 300 MB.
 */
export function createFrameParser(onFrame: (args: Buffer[]) => void, limitBytes = maxFrameBytes): FrameParser {
  const chunks: Buffer[] = [];
  let headOffset = 0;
  let bufferedBytes = 0;
  let args: Buffer[] = [];
  let argumentsLeft = 0;
  let frameBytes = 0;
  /** What the next bytes are: the first byte of a frame, a length, or an argument of `neededBytes`. */
  let state: 'first' | 'length' | 'argument' = 'first';
  let neededBytes = 1;

  function take(count: number): Buffer {
    bufferedBytes -= count;
    const head = chunks[0];
    if (head !== undefined && head.length - headOffset >= count) {
      const part = head.subarray(headOffset, headOffset + count);
      headOffset += count;
      if (headOffset === head.length) {
        chunks.shift();
        headOffset = 0;
      }
      return part;
    }
    const joined = Buffer.allocUnsafe(count);
    let filled = 0;
    let used = 0;
    while (filled < count) {
      const chunk = chunks[used] as Buffer;
      const copied = chunk.copy(joined, filled, headOffset, Math.min(chunk.length, headOffset + count - filled));
      filled += copied;
      headOffset += copied;
      if (headOffset === chunk.length) {
        used += 1;
        headOffset = 0;
      }
    }
    chunks.splice(0, used);
    return joined;
  }

  function beginFrame(first: number): void {
    const count = first & 0x0f;
    if (first >> 4 !== ampVersion || count === 0 || count > maxArguments) {
      throw new FrameError('the first byte is not that of an AMP frame');
    }
    argumentsLeft = count;
    frameBytes = 0;
    args = [];
    state = 'length';
    neededBytes = 4;
  }

  function beginArgument(length: number): void {
    frameBytes += length;
    if (frameBytes > limitBytes) throw new FrameError(`a frame is larger than ${limitBytes} bytes`);
    state = 'argument';
    neededBytes = length;
  }

  function endArgument(bytes: Buffer): void {
    args.push(bytes);
    argumentsLeft -= 1;
    state = argumentsLeft === 0 ? 'first' : 'length';
    neededBytes = argumentsLeft === 0 ? 1 : 4;
    if (argumentsLeft === 0) onFrame(args);
  }

  return {
    push(chunk) {
      if (chunk.length === 0) return;
      chunks.push(chunk);
      bufferedBytes += chunk.length;
      while (bufferedBytes >= neededBytes) {
        const bytes = neededBytes === 0 ? Buffer.alloc(0) : take(neededBytes);
        if (state === 'first') beginFrame(bytes[0] as number);
        else if (state === 'length') beginArgument(bytes.readUInt32BE(0));
        else endArgument(bytes);
        if (bufferedBytes === 0 && neededBytes > 0) break;
      }
    },
  };
}
