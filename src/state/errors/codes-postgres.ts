/** SQLSTATEs of PostgreSQL, and what their classes say where one is not told apart. */
interface Meaning {
  readonly means: string;
  readonly act: string;
}

export const POSTGRES_CODES: Readonly<Record<string, Meaning>> = {
  '08001': { means: 'No connection to PostgreSQL could be made.', act: 'Check that it runs, and the address.' },
  '08003': {
    means: 'The connection is gone.',
    act: 'Look whether PostgreSQL was restarted; the pool should connect anew.',
  },
  '08006': { means: 'The connection broke.', act: 'Look at PostgreSQL’s log at this moment, and at poolers between.' },
  '08P01': {
    means: 'The two did not understand each other’s protocol.',
    act: 'Often a pooler in transaction mode: no prepared statements, no settings of the session.',
  },
  '22001': { means: 'A text is longer than its column.', act: 'The program’s own fault: cut or check it before.' },
  '22003': { means: 'A number is larger than its column.', act: 'Telegram’s ids need bigint.' },
  '22012': { means: 'A division by zero.', act: 'The query’s own fault.' },
  '22P02': { means: 'A text is not of the type it should be.', act: 'The program’s own fault: check what comes in.' },
  '22021': {
    means: 'A text has bytes that its encoding does not allow.',
    act: 'Remove NUL characters before storing.',
  },
  '23502': {
    means: 'A value is missing where one must be.',
    act: 'The program’s own fault, or a migration that is not done.',
  },
  '23503': {
    means: 'A row refers to one that is not there.',
    act: 'Look at the order of writing, and at what is deleted.',
  },
  '23505': {
    means: 'A row with this key is there already.',
    act: 'Harmless where updates arrive twice: use ON CONFLICT.',
  },
  '23514': { means: 'A value breaks a rule of the table.', act: 'The program’s own fault: see the rule’s name.' },
  '25006': { means: 'Writing in a transaction that only reads.', act: 'Look whether the program is on a replica.' },
  '25P02': {
    means: 'An earlier statement of the transaction failed.',
    act: 'See the first error: this one is its echo.',
  },
  '25P03': {
    means: 'A transaction that did nothing was ended.',
    act: 'Find where the program waits inside a transaction.',
  },
  '28000': { means: 'This login is not allowed from here.', act: 'See pg_hba.conf.' },
  '28P01': { means: 'The password is wrong.', act: 'Check the address that the program was given.' },
  '3D000': { means: 'There is no such database.', act: 'Check its name in the address.' },
  '40001': { means: 'Two transactions got in each other’s way.', act: 'Retry it: that is what this error asks for.' },
  '40P01': {
    means: 'Two transactions waited for each other, and one was ended.',
    act: 'Retry it; let both take their locks in the same order.',
  },
  '42501': { means: 'The right is missing.', act: 'Grant it to the user of the program.' },
  '42601': { means: 'The statement is no SQL.', act: 'The program’s own fault: see the statement.' },
  '42703': { means: 'There is no such column.', act: 'A migration that is not done, or one too many.' },
  '42883': { means: 'There is no such function for these types.', act: 'A missing extension, or types that differ.' },
  '42P01': {
    means: 'There is no such table.',
    act: 'A migration that is not done, or another schema or database than meant.',
  },
  '53100': {
    means: 'The disk of PostgreSQL is full.',
    act: 'Make room at once, WAL is the first to look at; never delete in its folder by hand.',
  },
  '53200': {
    means: 'PostgreSQL got no memory.',
    act: 'Look at the host’s memory, work_mem and the number of connections.',
  },
  '53300': {
    means: 'All connections are taken.',
    act: 'See the database view for who holds them; idle ones are ended first.',
  },
  '54000': { means: 'A limit of PostgreSQL was reached.', act: 'Read the message for which.' },
  '55000': { means: 'The object is not in a state for it.', act: 'Read the message.' },
  '55P03': { means: 'A lock was not to be had within the time.', act: 'See the database view for who holds it.' },
  '57014': {
    means: 'The statement was cancelled: by its time limit, or by a person.',
    act: 'If it was the limit: find why it is slow.',
  },
  '57P01': {
    means: 'An administrator ended the connection, or PostgreSQL is shut down.',
    act: 'Look who, and whether it is back; the pool should connect anew.',
  },
  '57P02': {
    means: 'PostgreSQL ended all connections because one of its processes crashed.',
    act: 'Read its log: that is serious.',
  },
  '57P03': { means: 'PostgreSQL is starting or stopping.', act: 'Wait; when it lasts, read its log.' },
  '58030': { means: 'PostgreSQL could not read or write a file.', act: 'Check the disk and the kernel’s log.' },
  XX000: {
    means: 'PostgreSQL found a fault within itself.',
    act: 'Read its log, and keep a copy before anything else.',
  },
  XX001: { means: 'Data is damaged.', act: 'Stop writing, copy what is there, restore from a backup.' },
  XX002: { means: 'An index is damaged.', act: 'REINDEX it; check the disk.' },
};

export const POSTGRES_CLASSES: Readonly<Record<string, Meaning>> = {
  '08': { means: 'The connection to PostgreSQL failed.', act: 'Check that it runs, and what lies between.' },
  '22': { means: 'A value does not fit.', act: 'The program’s own fault: see statement and value.' },
  '23': { means: 'A rule of the table was broken.', act: 'See the rule’s name.' },
  '25': { means: 'Not allowed in this state of the transaction.', act: 'See the error before it.' },
  '28': { means: 'The login was refused.', act: 'Check user, password and pg_hba.conf.' },
  '40': { means: 'The transaction was undone.', act: 'Retry it.' },
  '42': {
    means: 'The statement is wrong, or the right is missing.',
    act: 'See the statement; compare it with the schema.',
  },
  '53': { means: 'PostgreSQL lacks a resource.', act: 'See the database and resources views.' },
  '54': { means: 'A limit of PostgreSQL was reached.', act: 'Read the message for which.' },
  '55': { means: 'The object is in use, or not in a state for it.', act: 'See the database view.' },
  '57': { means: 'Somebody intervened.', act: 'Look who: an administrator, a time limit, a shutdown.' },
  '58': { means: 'The system below PostgreSQL failed.', act: 'Check the disk and the kernel’s log.' },
  XX: { means: 'PostgreSQL found a fault within itself.', act: 'Read its log.' },
};
