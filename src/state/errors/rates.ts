/** How often, by level, bot, code and address, in each of the last sixty minutes. */
import type { LogFacts } from '../../sources/logs/facts.ts';
import type { LogEvent, LogLevel } from '../../sources/logs/snapshot.ts';
import { MinuteRing } from './rate.ts';
import type { ErrorsView } from './view.ts';

type RatesView = Pick<ErrorsView, 'rates' | 'botRates' | 'codeRates' | 'loginRates' | 'requestRates'>;

export interface LogRates {
  readonly view: RatesView;
  /** What had to make room for others since the start. */
  readonly left: number;
  /** `at` is epoch ms, never later than now. */
  take(event: LogEvent, at: number): void;
  /** Returns whether anything was new. */
  count(facts: LogFacts, now: number): boolean;
  /** Forgets what did not happen within the hour. */
  sweep(now: number): void;
  /** The clock was set back by so many ms, to `now`. */
  setBack(ms: number, now: number): void;
  copy(): RatesView;
}

const MAX_BOTS = 1_000;
const MAX_CODES = 2_000;
const MAX_ADDRESSES = 1_000;
const MAX_ACCESS_LOGS = 256;

export function createLogRates(): LogRates {
  const rates: Record<LogLevel, MinuteRing> = {
    warn: new MinuteRing(),
    error: new MinuteRing(),
    fatal: new MinuteRing(),
  };
  const botRates = new Map<string, MinuteRing>();
  const codeRates = new Map<string, Map<string, MinuteRing>>();
  const loginRates = new Map<string, MinuteRing>();
  const requestRates = new Map<string, MinuteRing>();
  const requestsSeen = new Map<string, number>();
  let codePairs = 0;
  let loginsSeen = 0;
  let left = 0;

  /** The one that was added first makes room. */
  function rateOf(map: Map<string, MinuteRing>, key: string, most: number): MinuteRing {
    let rate = map.get(key);
    if (!rate) {
      if (map.size >= most) {
        map.delete(map.keys().next().value as string);
        left += 1;
      }
      rate = new MinuteRing();
      map.set(key, rate);
    }
    return rate;
  }

  function rateCode(code: string, bot: string, at: number): void {
    const bots = codeRates.get(code) ?? new Map<string, MinuteRing>();
    if (!bots.has(bot)) {
      if (codePairs >= MAX_CODES) {
        left += 1;
        return;
      }
      codePairs += 1;
      codeRates.set(code, bots);
    }
    rateOf(bots, bot, MAX_CODES).add(at);
  }

  function forget(map: Map<string, MinuteRing>, now: number): number {
    let count = 0;
    for (const [key, rate] of map) {
      if (rate.sum(now) > 0) continue;
      map.delete(key);
      count += 1;
    }
    return count;
  }

  const view: RatesView = { rates, botRates, codeRates, loginRates, requestRates };
  return {
    view,
    get left() {
      return left;
    },
    take(event, at) {
      rates[event.level].add(at);
      if (event.level !== 'warn') rateOf(botRates, event.bot, MAX_BOTS).add(at);
      if (event.code !== null) rateCode(event.code, event.bot, at);
    },
    count(facts, now) {
      let isNew = false;
      const missed = facts.loginsSince(loginsSeen, ({ seq, at, address }) => {
        rateOf(loginRates, address, MAX_ADDRESSES).add(Math.min(at, now));
        loginsSeen = seq;
        isNew = true;
      });
      left += missed;
      for (const [name, total] of facts.requests) {
        const added = total - (requestsSeen.get(name) ?? 0);
        if (added <= 0) continue;
        requestsSeen.set(name, total);
        rateOf(requestRates, name, MAX_ACCESS_LOGS).add(now, added);
        isNew = true;
      }
      return isNew;
    },
    sweep(now) {
      forget(botRates, now);
      forget(loginRates, now);
      for (const [code, bots] of codeRates) {
        codePairs -= forget(bots, now);
        if (bots.size === 0) codeRates.delete(code);
      }
    },
    setBack(ms, now) {
      const all = [rates.warn, rates.error, rates.fatal, ...botRates.values(), ...loginRates.values()];
      for (const bots of codeRates.values()) all.push(...bots.values());
      for (const rate of [...all, ...requestRates.values()]) rate.setBack(ms, now);
    },
    copy: () => ({
      rates: { warn: rates.warn.copy(), error: rates.error.copy(), fatal: rates.fatal.copy() },
      botRates: copyOf(botRates),
      codeRates: new Map([...codeRates].map(([code, bots]) => [code, copyOf(bots)])),
      loginRates: copyOf(loginRates),
      requestRates: copyOf(requestRates),
    }),
  };
}

function copyOf(rates: ReadonlyMap<string, MinuteRing>): Map<string, MinuteRing> {
  return new Map([...rates].map(([key, rate]) => [key, rate.copy()]));
}
