/** Readings over one connection: each is one message and one transaction that can write nothing, sent in its turn. */
import { SourceError } from '../source.ts';
import type { OpenedConnection, PostgresConnection, Row } from './client.ts';

/** Limits of the server's, for one transaction. */
export interface ReadingLimits {
  /** It rings when the time is over, needed or not, and wakes the server once more: for what may take long. */
  readonly statementMs?: number;
  /** It runs only while a lock is waited for. */
  readonly lockMs?: number;
}

export interface ReadingConnection extends PostgresConnection {
  /** The rows of each statement. */
  read(statements: readonly string[], limits: ReadingLimits): Promise<readonly (readonly Row[])[]>;
  /** To be told which of the server's processes has answered a reading. */
  answeredBy(pid: number): void;
}

/**
 * Statements are sent by name, which the server parses and plans once, where the connection is the server's own: who
 * answers is the process that the login named. A pooler makes that number up, and gives each transaction another process,
 * in which what was prepared would stay behind. One that tells the truth at first is known by the name that is missing.
 */
export function readingConnection(connection: OpenedConnection): ReadingConnection {
  let mayName = false;
  let isShared = false;
  /** Settles when nothing is under way on the connection. */
  let answered: Promise<unknown> = Promise.resolve();

  /** Sends when all that was sent before is answered: what comes into a transaction that failed fails with it. */
  function inTurn<T>(send: () => Promise<T>): Promise<T> {
    const answer = answered.then(send);
    answered = answer.catch(() => {});
    return answer;
  }

  /** A transaction in which a statement failed is left open by the server. */
  async function orRolledBack<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (connection.isOpen) await connection.query('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  async function send(statements: readonly string[]): Promise<readonly (readonly Row[])[]> {
    if (mayName) {
      try {
        return await orRolledBack(connection.queryByName(statements));
      } catch (error) {
        if (!isOfNames(error)) throw error;
        mayName = false;
        isShared = true;
      }
    }
    return orRolledBack(connection.query(statements.join('; ')));
  }

  return {
    get isOpen() {
      return connection.isOpen;
    },
    query: (sql) => inTurn(() => orRolledBack(connection.query(sql))),
    async read(statements, { statementMs, lockMs }) {
      const settings = [
        ...(statementMs === undefined ? [] : [`SET LOCAL statement_timeout = ${statementMs}`]),
        ...(lockMs === undefined ? [] : [`SET LOCAL lock_timeout = ${lockMs}`]),
      ];
      const results = await inTurn(() => send(['BEGIN READ ONLY', ...settings, ...statements, 'COMMIT']));
      return results.slice(1 + settings.length, 1 + settings.length + statements.length);
    },
    answeredBy(pid) {
      isShared ||= pid !== connection.pid;
      mayName = !isShared;
    },
    cancel: () => connection.cancel(),
    close: () => connection.close(),
  };
}

/** A name that is not known or stands for something else, and whatever speaks no such thing. */
function isOfNames(error: unknown): boolean {
  const { code } = (error instanceof SourceError ? error.cause : error) as { readonly code?: string };
  return ['26000', '42P05', '0A000', '08P01'].includes(code ?? '');
}
