/** What begins with a command (`pm2 …`, `kill -CONT …`) is typed as it stands. */
const COMMAND = /^[a-z]+(?:\d| -)/;

/** With a capital; without a full stop, which would be copied with a path that ends the line. */
export function sentence(text: string): string {
  return COMMAND.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
