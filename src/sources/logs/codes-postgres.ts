/** SQLSTATEs that PostgreSQL's messages leave out: they are told by their words, which are the same in every program. */

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\bduplicate key value violates unique constraint/, '23505'],
  [/\bviolates foreign key constraint/, '23503'],
  [/\bviolates not-null constraint/, '23502'],
  [/\bviolates check constraint/, '23514'],
  [/\bdeadlock detected\b/, '40P01'],
  [/\bcould not serialize access\b/, '40001'],
  [/\btoo many clients already\b|\bremaining connection slots are reserved\b|\btoo many connections for /, '53300'],
  [/\bcanceling statement due to (?:statement timeout|user request)/, '57014'],
  [/\bcanceling statement due to lock timeout|\bcould not obtain lock on /, '55P03'],
  [/\bterminating connection due to administrator command/, '57P01'],
  [/\bterminating connection because of crash of another server process/, '57P02'],
  [/\bterminating connection due to idle-in-transaction timeout/, '25P03'],
  [/\bthe database system is (?:starting up|shutting down|not accepting connections|in recovery mode)/, '57P03'],
  [/\bpassword authentication failed for user\b/, '28P01'],
  [/\bno pg_hba\.conf entry for\b/, '28000'],
  [/\bdatabase "[^"]{1,63}" does not exist/, '3D000'],
  [/\brelation "[^"]{1,130}" does not exist/, '42P01'],
  [/\bcolumn "?[\w."]{1,130} (?:of relation \S{1,130} )?does not exist/, '42703'],
  [/\bpermission denied for (?:table|schema|relation|sequence|database|function)\b/, '42501'],
  [/\bsyntax error at or near "/, '42601'],
  [/\bcurrent transaction is aborted, commands ignored/, '25P02'],
  [/\bvalue too long for type character/, '22001'],
  [/\binvalid input syntax for type\b/, '22P02'],
  [/\bcould not (?:extend|write to) file "[^"]{1,200}": No space left on device/, '53100'],
];
/** Without one of these none of the shapes matches. */
const TRIGGER =
  /violates|deadlock|serializ|clients already|slots are|connections for|cancel|terminating|database system|authentication failed|pg_hba|not exist|permission denied|syntax error|aborted|too long|invalid input|obtain lock|No space/;

/** The SQLSTATE that a message of PostgreSQL stands for; null for any other text. */
export function sqlStateOf(text: string): string | null {
  if (!TRIGGER.test(text)) return null;
  return SHAPES.find(([shape]) => shape.test(text))?.[1] ?? null;
}
