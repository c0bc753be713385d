/** One word for a POSIX shell: as it is when that is safe, else in single quotes. A leading `~` or `=` would be expanded. */
export function shellQuote(word: string): string {
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
