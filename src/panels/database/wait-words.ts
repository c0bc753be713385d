/** What a session waits for, in words: PostgreSQL's wait events that a person meets, by `type:event`. */

const EVENTS: Readonly<Record<string, string>> = {
  'Lock:relation': 'for a table that another transaction has locked',
  'Lock:transactionid': 'for another transaction to end, which changed the same row',
  'Lock:tuple': 'in the queue for a row: another session waits for it already',
  'Lock:advisory': 'for an advisory lock, which the programs take by themselves',
  'Lock:virtualxid': 'for older transactions to end, as an index build does',
  'Lock:object': 'for a schema, a role or the like that another transaction has locked',
  'Lock:extend': 'for its turn to make the table’s file longer: many insert at once',
  'Client:ClientRead': 'for the next statement of its program',
  'Client:ClientWrite': 'for its program to take the result: a slow reader or network',
  'IO:DataFileRead': 'for the disk: it reads a table or an index that is not in memory',
  'IO:DataFileWrite': 'for the disk: it writes a table or an index',
  'IO:DataFileExtend': 'for the disk: a table’s file grows',
  'IO:WALWrite': 'for the disk: it writes the log of changes',
  'IO:WALSync': 'for the disk: the log of changes must be safe before a commit ends',
  'IO:BufFileRead': 'for the disk: a sort or a join too large for work_mem lies in a file',
  'IO:BufFileWrite': 'for the disk: a sort or a join too large for work_mem goes into a file',
  'LWLock:WALWrite': 'for others that write the log of changes: many commit at once, or the disk is slow',
  'LWLock:BufferContent': 'for a page that another session changes just now',
  'LWLock:LockManager': 'for the server’s own list of locks: many sessions, or very many partitions',
  'IPC:SyncRep': 'for a standby that must confirm the commit',
  'Timeout:PgSleep': 'it called pg_sleep',
  'Timeout:VacuumDelay': 'it pauses, so that vacuuming leaves the disk to others',
};

const KINDS: Readonly<Record<string, string>> = {
  Lock: 'for a lock that another session has',
  IO: 'for the disk',
  LWLock: 'for other sessions inside the server',
  IPC: 'for another process of the server',
  Client: 'for its program',
  BufferPin: 'for a page that another session has in use',
};

/** Empty for what is not known, or when it waits for nothing. */
export function waitWords(wait: string): string {
  return EVENTS[wait] ?? KINDS[wait.split(':', 1)[0] ?? ''] ?? '';
}
