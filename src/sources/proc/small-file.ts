/** Small files of /proc, thousands in one go, read into one buffer. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** `readFileSync` takes 8 kB for each file of /proc, and what thousands of them took is given back minutes later. */
const buffer = Buffer.allocUnsafeSlow(16 * 1024);

/** The bytes of a file, until the next one is read; throws as `readFileSync` does. */
export function readSmall(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    let length = 0;
    for (let got = -1; got !== 0; length += got) {
      // One that fills it may have more.
      if (length === buffer.length) return readFileSync(path);
      got = readSync(descriptor, buffer, length, buffer.length - length, null);
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
