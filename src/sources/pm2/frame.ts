/**
 * The wire format of PM2's sockets (AMP): one byte with version and number of arguments, then each argument as a
 * 32-bit big-endian length and its bytes. A text argument begins with `s:`, a JSON one with `j:`.
 */

/** More than a thousand bots need (about 6 kB each); a peer that announces more is not a PM2 daemon. */
export const maxFrameBytes = 64 * 1024 * 1024;

const ampVersion = 1;
const maxArguments = 15;
const nothing = Buffer.alloc(0);

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

/** Takes the bytes of one argument as they arrive; they are good only until `push` returns. */
export interface ArgumentSink {
  push(bytes: Buffer): void;
}

/** Cuts a stream of chunks into frames. */
export interface FrameParser {
  /**
   * Takes the next chunk, which may be written over afterwards, and calls `onFrame` with the raw arguments of each frame
   * it completes. Throws `FrameError`.
   */
  push(chunk: Buffer): void;
}

/**
 * A parser that copies each byte at most once: joining the chunks of a long argument at each arrival would copy it as
 * often as it has chunks. `sinkFor` is asked for the first argument of several: what it gives takes the bytes, of which
 * none is kept then, and `onFrame` gets an empty argument.
 */
export function createFrameParser(
  onFrame: (args: Buffer[]) => void,
  limitBytes = maxFrameBytes,
  sinkFor: () => ArgumentSink | null = () => null,
): FrameParser {
  const length = Buffer.alloc(4);
  let args: Buffer[] = [];
  let argumentsLeft = 0;
  let frameBytes = 0;
  /** What the next bytes are: the first byte of a frame, a length, or an argument. */
  let state: 'first' | 'length' | 'argument' = 'first';
  /** Of the length or the argument: where it is put, how much of it there is, and how much is to come. */
  let argument: Buffer = nothing;
  let sink: ArgumentSink | null = null;
  let filled = 0;
  let missing = 0;

  function beginFrame(first: number): void {
    const count = first & 0x0f;
    if (first >> 4 !== ampVersion || count === 0 || count > maxArguments) {
      throw new FrameError('the first byte is not that of an AMP frame');
    }
    argumentsLeft = count;
    frameBytes = 0;
    args = [];
    beginLength();
  }

  function beginLength(): void {
    state = 'length';
    filled = 0;
    missing = length.length;
  }

  function beginArgument(bytes: number): void {
    frameBytes += bytes;
    if (frameBytes > limitBytes) throw new FrameError(`a frame is larger than ${limitBytes} bytes`);
    state = 'argument';
    filled = 0;
    missing = bytes;
    sink = args.length === 0 && argumentsLeft > 1 ? sinkFor() : null;
    argument = sink !== null || bytes === 0 ? nothing : Buffer.allocUnsafe(bytes);
    if (missing === 0) endArgument();
  }

  function endArgument(): void {
    args.push(argument);
    argumentsLeft -= 1;
    if (argumentsLeft > 0) return beginLength();
    state = 'first';
    const whole = args;
    args = [];
    argument = nothing;
    sink = null;
    onFrame(whole);
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (state === 'first') {
          beginFrame(chunk[at] as number);
          at += 1;
          continue;
        }
        const end = Math.min(chunk.length, at + missing);
        if (state === 'argument' && sink !== null) sink.push(chunk.subarray(at, end));
        else chunk.copy(state === 'length' ? length : argument, filled, at, end);
        filled += end - at;
        missing -= end - at;
        at = end;
        if (missing > 0) continue;
        if (state === 'length') beginArgument(length.readUInt32BE(0));
        else endArgument();
      }
    },
  };
}
