/** What a failed login or statement means for the person. Pure; no password can be in what it says. */
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { type FailureCode, SourceError } from '../source.ts';
import type { PostgresAddress } from './dsn.ts';

interface Thrown {
  readonly code?: string;
  readonly message?: string;
}

interface Meaning {
  readonly code: FailureCode;
  readonly message: string;
  readonly hint?: string;
}

type Where = Pick<PostgresAddress, 'host' | 'port' | 'user' | 'database' | 'label' | 'sslMode'>;

/** Turns whatever pg, Node's sockets or TLS threw into a failure with a hint. A `SourceError` stays as it is. */
export function explainPostgres(error: unknown, where: Where): SourceError {
  if (error instanceof SourceError) return error;
  const thrown = error as Thrown;
  const text = redact(clean(String(thrown.message ?? error))).slice(0, 300);
  const meaning =
    ofState(thrown.code ?? '', text, where) ?? ofSocket(thrown.code ?? '', text, where) ?? ofText(text, where);
  const { code, message, hint } = meaning ?? { code: 'failed', message: text };
  return new SourceError(code, clean(message), { hint: hint === undefined ? undefined : clean(hint), cause: error });
}

/** The server's own refusals, by SQLSTATE. */
function ofState(state: string, text: string, { user, database }: Where): Meaning | null {
  const isMissingRole = /^role ".*" does not exist$/.test(text);
  switch (state) {
    case '28P01':
      return {
        code: 'denied',
        message: `the password of role ${user} is wrong, or the role does not exist`,
        hint: 'DATABASE_URL, PGPASSWORD or ~/.pgpass gives it',
      };
    case '28000':
      if (isMissingRole || /Peer authentication failed/.test(text)) {
        return {
          code: 'denied',
          message: isMissingRole
            ? `role ${user} does not exist`
            : `${text}: the socket lets in only the role named like the system user`,
          hint: 'DATABASE_URL or PGUSER names a role: postgresql://ROLE:PASSWORD@localhost/DATABASE',
        };
      }
      if (/pg_hba\.conf/.test(text)) {
        return {
          code: 'denied',
          message: `pg_hba.conf lets no ${user} into ${database} from here: ${text}`,
          hint: `a line for it in pg_hba.conf and SELECT pg_reload_conf()${/no encryption|SSL off/.test(text) ? '; or sslmode=require' : ''}`,
        };
      }
      return { code: 'denied', message: text };
    case '3D000':
      return {
        code: 'absent',
        message: `database ${database} does not exist`,
        hint: 'DATABASE_URL or PGDATABASE names one',
      };
    case '53300':
      return {
        code: 'denied',
        message: `all connection slots are taken: ${text}`,
        hint: 'sessions must end first; it is tried again by itself',
      };
    case '57P03':
      return { code: 'refused', message: text, hint: 'it is tried again by itself' };
    case '57P01':
      return { code: 'refused', message: 'the server ended our connection: it shuts down, or somebody terminated us' };
    case '57P02':
    case '57P05':
      return { code: 'refused', message: `the server ended our connection: ${text}` };
    case '57014':
      return { code: 'timeout', message: text };
    case '55P03':
      return { code: 'failed', message: 'a lock was not to be had in time' };
    case '42501':
      return { code: 'denied', message: text };
    default:
      // Node's own codes of five letters (EPIPE) have no digit.
      return /^[0-9A-Z]{5}$/.test(state) && /\d/.test(state) ? { code: codeOfClass(state), message: text } : null;
  }
}

function codeOfClass(state: string): FailureCode {
  return state.startsWith('28') ? 'denied' : state.startsWith('08') ? 'protocol' : 'failed';
}

/** What the network or the file system said. */
function ofSocket(code: string, text: string, { host, port, label }: Where): Meaning | null {
  const isSocketFile = host.startsWith('/');
  const place = isSocketFile ? `${host}/.s.PGSQL.${port}` : label.slice(0, label.lastIndexOf('/'));
  switch (code) {
    case 'ECONNREFUSED':
      return {
        code: 'refused',
        message: `nothing answers at ${place}`,
        hint: isSocketFile
          ? 'the socket is a leftover: the server is not running'
          : 'the server is not running, or listens elsewhere',
      };
    case 'ENOENT':
      return {
        code: 'absent',
        message: `there is no socket ${place}`,
        hint: 'the server is not running, or its socket is elsewhere',
      };
    case 'EACCES':
      return { code: 'denied', message: `the socket ${place} is closed to this user` };
    case 'ENOTFOUND':
      return { code: 'absent', message: `no such host: ${host}`, hint: 'DATABASE_URL or PGHOST names it' };
    case 'EAI_AGAIN':
      return { code: 'absent', message: `the name ${host} could not be looked up now` };
    case 'ETIMEDOUT':
      return { code: 'timeout', message: `${place} does not answer` };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { code: 'absent', message: `no way to ${place}` };
    case 'ECONNRESET':
    case 'EPIPE':
      return { code: 'refused', message: 'the connection was cut' };
    default:
      if (/^(?:ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/.test(code)) {
        return {
          code: 'denied',
          message: `TLS: ${text.split(';')[0]}`,
          hint: 'sslrootcert names the authority of the certificate; sslmode says how much of it is checked',
        };
      }
      return null;
  }
}

/** What only pg's wording tells. */
function ofText(text: string, { user, sslMode }: Where): Meaning | null {
  if (/does not support SSL connections/.test(text)) {
    return {
      code: 'denied',
      message: `the server offers no TLS and sslmode is ${sslMode}`,
      hint: 'ssl = on gives it TLS; sslmode=prefer goes without',
    };
  }
  if (/client password must be|SASL.*password/i.test(text)) {
    return {
      code: 'denied',
      message: `the server asks for a password of role ${user} and none is given`,
      hint: 'DATABASE_URL, PGPASSWORD or ~/.pgpass gives it',
    };
  }
  if (/Connection terminated/.test(text)) return { code: 'refused', message: 'the connection was cut' };
  if (/Unknown authenticationOk message|received invalid response|SSL connection/i.test(text)) {
    return { code: 'protocol', message: `what answers there is no PostgreSQL, or speaks another dialect: ${text}` };
  }
  return null;
}
