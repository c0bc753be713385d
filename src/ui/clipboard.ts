/** Copying over SSH: the terminal at the far end keeps the clipboard, and OSC 52 tells it. */

/** Terminals drop longer sequences, some the whole session with them; base64 bytes. */
const OSC52_MAX = 74_994;

/** The sequence that puts `text` on the clipboard, or null when it is too long for one. */
export function osc52(text: string): string | null {
  const body = Buffer.from(text).toString('base64');
  return body.length > OSC52_MAX ? null : `\u001b]52;c;${body}\u0007`;
}
