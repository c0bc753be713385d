/** `anna` for /home/anna/.pm2, else the last folder's name: what tells PM2 homes apart in little room. */
export function homeTag(home: string): string {
  const parts = home.split('/').filter(Boolean);
  const last = parts.at(-1) ?? home;
  return last === '.pm2' ? (parts.at(-2) ?? last) : last;
}
