/** Restarting many bots so that most of them always run: a few at a time, each proven well before the next. */
import { duration } from '../text/format.ts';
import type { Action, Argument, Pace } from './action.ts';
import { restart } from './restart.ts';
import { SETTLED_MS } from './settle.ts';
import type { BotTarget } from './target.ts';

const MAX_AT_ONCE = 100;
const MAX_SETTLE_MS = 600_000;

const argument: Argument<BotTarget> = {
  what: 'how many at a time, and how long each must stay up',
  initial: () => `1, ${SETTLED_MS / 1000} s`,
  choices: () => [],
  check: (text) => (paceOf(text) === null ? `as 1, or 4, 30 s: at most ${MAX_AT_ONCE} at a time, up to 10 min` : null),
  bind: (text) => roll(paceOf(text) ?? { concurrency: 1, settleMs: SETTLED_MS }),
};

/** `4`, `4, 30 s`, `4 30`: the pace, or null. */
function paceOf(text: string): Required<Pace> | null {
  const [, many = '', seconds = String(SETTLED_MS / 1000)] =
    /^\s*(\d{1,3})(?:[\s,]+(\d{1,3})\s*s?)?\s*$/.exec(text) ?? [];
  const pace = { concurrency: Number(many), settleMs: Number(seconds) * 1000 };
  const isSane =
    pace.concurrency >= 1 && pace.concurrency <= MAX_AT_ONCE && pace.settleMs >= 1000 && pace.settleMs <= MAX_SETTLE_MS;
  return many !== '' && isSane ? pace : null;
}

/** Restarts at this pace; without the argument being asked for: one after the other. */
export function roll(pace: Required<Pace>): Action<BotTarget> {
  return {
    ...restart,
    id: 'rolling restart',
    key: 'R',
    label: 'rolling restart',
    question: (whom) =>
      `Restart ${whom}, ${pace.concurrency === 1 ? 'one after the other' : `${pace.concurrency} at a time`}`,
    footer: 49,
    pace,
    risk: () => 'R2',
    consequences(targets, now) {
      const { concurrency, settleMs } = pace;
      const rounds = Math.ceil(targets.length / concurrency);
      const atOnce = Math.min(concurrency, targets.length);
      const said = restart.consequences(targets, now).filter((text) => !text.startsWith('one after the other'));
      return [
        `${atOnce === 1 ? 'one after the other' : `${atOnce} at a time`}, each up for ${duration(settleMs)} and without new errors before the next: about ${duration(rounds * (settleMs + 2000))}`,
        'it stops by itself at the first that is worse off than before; p pauses it, x ends it',
        ...said,
      ];
    },
  };
}

export const rolling: Action<BotTarget> = { ...roll({ concurrency: 1, settleMs: SETTLED_MS }), argument };
