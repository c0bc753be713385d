/** The marks that PM2 leaves in a bot's environment: a few names of it are looked for, and nothing else becomes a text. */
import { asPath, asText } from '../pm2/fields.ts';
import { withVariables } from '../proc/environment.ts';

export interface BotMarks {
  readonly id: number;
  readonly name: string;
  /** Null where it has none. */
  readonly namespace: string | null;
  /** As PM2 wrote it. */
  readonly home: string;
  /** Absolute; null where there is none. */
  readonly outLogPath: string | null;
  readonly errLogPath: string | null;
}

/** The marks of a process (its folder in /proc); null for one that PM2 did not start, or whose environment is not ours. */
export function readMarks(folder: string): BotMarks | null {
  return withVariables(folder, (valueOf) => {
    const id = valueOf('pm_id');
    const home = valueOf('PM2_HOME');
    if (id === null || home === null || !/^\d{1,9}$/.test(id)) return null;
    return {
      id: Number(id),
      home,
      name: asText(valueOf('name'), 1_024) ?? `(no name, id ${id})`,
      namespace: asText(valueOf('namespace'), 256),
      outLogPath: asPath(valueOf('pm_out_log_path')),
      errLogPath: asPath(valueOf('pm_err_log_path')),
    };
  });
}
