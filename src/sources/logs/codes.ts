/** What an error calls itself, found by its shape: three digits alone are no code. */

import { sqlStateOf } from './codes-postgres.ts';

/** A code with Telegram's wish to be left alone for a while, in seconds. */
export interface LogCode {
  readonly code: string;
  readonly retryAfterSeconds: number | null;
}

/** Without one of these nothing below can match. */
const TRIGGER =
  /\b[45]\d\d\b|error_?code|SQLSTATE|\b(?:DB|API|APP)00[1-4]\b|\bE[A-Z]{3,}|_[A-Z]{3,}|code\W|Telegram|out of memory|OOM command|NOAUTH|NOPERM|NOSCRIPT|NOREPLICAS|WRONGPASS|WRONGTYPE|MISCONF|READONLY|LOADING|DOWN\b|CROSSSLOT|retry.?after|UnhandledPromise|unhandled rejection|(?:ERROR|FATAL|PANIC): {1,2}[0-9A-Z]{5}:/i;

const OWN = /\b((?:DB|API|APP)00[1-4])\b/;
const ETELEGRAM = /\bETELEGRAM\b\D{0,4}([45]\d\d)?/;
const ERROR_CODE = /\berror_?code\W{1,6}([45]\d\d)\b/i;
const TELEGRAM_ERROR = /\bTelegram\w{0,24}(?:Error|Exception)?\W{1,4}([45]\d\d)\b/;
const PHRASE =
  /\b([45]\d\d)[:\s"',-]{1,4}(?:Bad Request|Unauthorized|Forbidden|Not Found|Conflict|Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)/i;
const BARE_PHRASE = /\bToo Many Requests: retry after \d/i;
const STATUS = /\b(?:status(?: ?code)?|HTTP(?:\/\d(?:\.\d)?)?)\W{1,4}([45]\d\d)\b/i;
const SQLSTATE = /\bSQLSTATE\W{0,4}([0-9A-Z]{5})\b/;
const QUOTED_SQLSTATE = /\bcode"?'?\s{0,2}[:=]\s{0,2}["']((?=[0-9A-Z]{0,4}\d)[0-9A-Z]{5})["']/;
const SYSTEM =
  /\b(E(?:CONN(?:REFUSED|RESET|ABORTED)|TIMEDOUT|SOCKETTIMEDOUT|ADDRINUSE|ADDRNOTAVAIL|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN|NOENT|ACCES|PERM|MFILE|NFILE|NOSPC|NOMEM|EXIST|ISDIR|NOTDIR|ROFS|BUSY|PROTO|INVAL|FATAL|PARSE|RESPONSETIMEOUT))\b/;
/** PostgreSQL's log with `log_error_verbosity = verbose`. */
const VERBOSE_SQLSTATE = /\b(?:ERROR|FATAL|PANIC): {1,2}([0-9A-Z]{5}): /;
const CODED =
  /\b(ERR_[A-Z_]{3,40}|MODULE_NOT_FOUND|CERT_HAS_EXPIRED|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE)\b/;
const MEMORY = /\bheap out of memory\b|\bout of memory\b/i;
const REDIS =
  /\b(NOAUTH|WRONGPASS|MISCONF|READONLY|CLUSTERDOWN|NOPERM|MASTERDOWN|NOREPLICAS|EXECABORT|WRONGTYPE|NOSCRIPT|CROSSSLOT|LOADING(?= Redis))\b/;
const REDIS_FULL = /\bOOM command not allowed when used memory/;
const UNHANDLED = /\bUnhandledPromiseRejection|\bunhandled (?:promise )?rejection\b/i;
const RETRY_AFTER = /\bretry[_ -]?after\W{1,4}(\d{1,6})\b/i;

/** The code of a message and the lines behind it; null without one. */
export function codeOf(text: string): LogCode | null {
  const code = (TRIGGER.test(text) ? nameOf(text) : null) ?? sqlStateOf(text);
  if (code === null) return null;
  const wait = RETRY_AFTER.exec(text);
  return { code, retryAfterSeconds: wait === null ? null : Number(wait[1]) };
}

function nameOf(text: string): string | null {
  const own = OWN.exec(text);
  if (own) return own[1] as string;
  const telegram = ERROR_CODE.exec(text) ?? TELEGRAM_ERROR.exec(text) ?? ETELEGRAM.exec(text);
  if (telegram?.[1]) return `TG${telegram[1]}`;
  const phrase = PHRASE.exec(text);
  if (phrase) return `${/telegram|\bbot api\b/i.test(text) || BARE_PHRASE.test(text) ? 'TG' : 'HTTP'}${phrase[1]}`;
  if (BARE_PHRASE.test(text)) return 'TG429';
  if (telegram) return 'ETELEGRAM';
  const sql = SQLSTATE.exec(text) ?? VERBOSE_SQLSTATE.exec(text) ?? QUOTED_SQLSTATE.exec(text);
  if (sql) return sql[1] as string;
  const named = SYSTEM.exec(text) ?? REDIS.exec(text) ?? CODED.exec(text);
  if (named) return named[1] as string;
  if (REDIS_FULL.test(text)) return 'MAXMEMORY';
  if (MEMORY.test(text)) return 'OOM';
  const status = STATUS.exec(text);
  if (status) return `HTTP${status[1]}`;
  return UNHANDLED.test(text) ? 'ERR_UNHANDLED_REJECTION' : null;
}
