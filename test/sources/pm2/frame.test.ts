import { expect, test } from 'vitest';
import { createFrameParser, decodeArgument, encodeCall, FrameError } from '../../../src/sources/pm2/frame.ts';
import fc from '../../helpers/fast-check.ts';
import { cpuMsOf } from '../../helpers/own-cpu.ts';

function pack(args: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from([(1 << 4) | args.length])];
  for (const arg of args) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(arg.length);
    parts.push(length, arg);
  }
  return Buffer.concat(parts);
}

const frames = fc.array(
  fc
    .array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 15 })
    .map((args) => args.map((arg) => Buffer.from(arg))),
  { maxLength: 8 },
);

test('frames come out whole however the stream was cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(60), { maxLength: 400 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(pack));
      const received: Buffer[][] = [];
      const parser = createFrameParser((args) => received.push(args.map((arg) => Buffer.from(arg))));
      let offset = 0;
      for (const cut of cuts) {
        parser.push(stream.subarray(offset, offset + cut));
        offset += cut;
      }
      parser.push(stream.subarray(offset));
      expect(received).toEqual(sent);
    }),
  );
});

test('a call is a JSON argument and a text argument', () => {
  const received: unknown[][] = [];
  const parser = createFrameParser((args) => received.push(args.map(decodeArgument)));
  parser.push(encodeCall({ type: 'call', method: 'ping', args: [{ text: 'grün' }] }, 'b1'));
  expect(received).toEqual([[{ type: 'call', method: 'ping', args: [{ text: 'grün' }] }, 'b1']]);
});

test('an argument that is neither text nor JSON stays bytes', () => {
  expect(decodeArgument(Buffer.from('plain'))).toEqual(Buffer.from('plain'));
  expect(decodeArgument(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
});

test('broken JSON is a frame error', () => {
  expect(() => decodeArgument(Buffer.from('j:{"half":'))).toThrow(FrameError);
});

test('a frame larger than the limit is refused by its announced length, before its bytes are kept', () => {
  const parser = createFrameParser(() => {}, 1_000);
  const head = Buffer.alloc(5);
  head[0] = (1 << 4) | 1;
  head.writeUInt32BE(1_001, 1);
  expect(() => parser.push(head)).toThrow(/larger than 1000 bytes/);
});

test('arguments that are small alone and too large together are refused', () => {
  const parser = createFrameParser(() => {}, 1_000);
  expect(() => parser.push(pack([Buffer.alloc(600), Buffer.alloc(600)]))).toThrow(FrameError);
});

test('bytes of another protocol are refused at the first byte', () => {
  expect(() => createFrameParser(() => {}).push(Buffer.from('HTTP/1.1 200 OK'))).toThrow(FrameError);
});

test('a frame of 24 MB in chunks of 64 kB costs a copy, not a copy for each chunk', () => {
  const large = pack([Buffer.alloc(24 * 1024 * 1024, 0x61)]);
  let length = 0;
  const parser = createFrameParser((args) => {
    length = args[0]?.length ?? 0;
  });
  const took = cpuMsOf(() => {
    for (let offset = 0; offset < large.length; offset += 65_536) parser.push(large.subarray(offset, offset + 65_536));
  });
  expect(length).toBe(24 * 1024 * 1024);
  // Joining at each chunk would copy 4.6 GB, which takes seconds.
  expect(took).toBeLessThan(1_000);
});
