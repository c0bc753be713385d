/** What lines of stack traces look like, and PostgreSQL's remarks. All are bounded: a line of 64 KiB must not take minutes. */

/** Lines that belong to the one before whatever that is: JavaScript's and Java's frames, causes, ends of what was dumped. */
export const CONTINUES =
  /^(?:\s+\S|at |Caused by: |Suppressed: |\.\.\. \d+ (?:more|common)|[}\])]+[,;]?\s*$|During handling of |The above exception )/;

/** Python, between two tracebacks of one failure. */
export const HANGS_TOGETHER = /^(?:During handling of |The above exception )/;
export const TRACEBACK = 'Traceback (most recent call last):';

/** What begins the stack of a goroutine, with the pointers that GOTRACEBACK=system adds. */
export const GOROUTINE = /^(?:goroutine \d+ (?:gp=\S{1,40} m=\S{1,40} (?:mp=\S{1,40} )?)?\[|\[signal SIG)/;
/** Its frames, which are not indented. */
export const GO_FRAME = /^(?:[\w./*()[\]-]{1,200}\([^\n]{0,300}\)$|created by |exit status \d)/;

/** What PostgreSQL says behind an error, each with the prefix of a line of its own; the remark is captured. */
export const REMARK = /^.{0,160}?\b((?:DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION): {2}.*)$/;
