/**
 * The order in which people count: `bot-2` before `bot-10`; besides by code units, not by the locale's rules: a hundred
 * times cheaper, and the same on every machine. Allocates nothing.
 */
export function compareNatural(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // Where they differ within a number, the whole numbers are compared: zeros in front do not count.
  let start = at;
  while (start > 0 && isDigit(a, start - 1)) start--;
  if (isDigit(a, start) && isDigit(b, start)) {
    const fromA = skipZeros(a, start);
    const fromB = skipZeros(b, start);
    const digitsA = endOfNumber(a, fromA) - fromA;
    const digitsB = endOfNumber(b, fromB) - fromB;
    if (digitsA !== digitsB) return digitsA - digitsB;
    for (let i = 0; i < digitsA; i++) {
      const difference = a.charCodeAt(fromA + i) - b.charCodeAt(fromB + i);
      if (difference !== 0) return difference;
    }
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function skipZeros(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 48 && isDigit(text, at + 1)) at++;
  return at;
}

function endOfNumber(text: string, from: number): number {
  let at = from;
  while (isDigit(text, at)) at++;
  return at;
}
