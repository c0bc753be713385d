import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';

/** An app of a PM2 ecosystem file, as far as the demo uses it. */
export interface FleetApp {
  readonly name: string;
  readonly script: string;
  readonly namespace: string;
  readonly cwd: string;
  readonly node_args: string;
  readonly pmx: boolean;
  readonly vizion: false;
  readonly env?: Readonly<Record<string, string>>;
  readonly instances?: number;
  readonly exec_mode?: 'cluster';
  readonly max_memory_restart?: string;
  readonly watch?: readonly string[];
  readonly cron_restart?: string;
  readonly wait_ready?: true;
  readonly listen_timeout?: number;
}

/** The bot that is stopped on purpose once the fleet runs. */
export const STOPPED_BOT = 'archive-bot';

interface Plan {
  readonly name: string;
  readonly namespace: 'tg' | 'core';
  readonly more?: Partial<Omit<FleetApp, 'name' | 'namespace' | 'pmx'>> & { readonly pmx?: true };
}

/**
 * The fleet: one bot for each thing that the monitor must tell apart. The crash loop is first, so that it has failed
 * most often when the monitor opens. `script` and `cwd` are absolute: PM2 resolves them from the caller's folder.
 * PM2's own metrics (`pmx`) cost a bot 10 MB, so only two show them.
 */
export function fleetApps(botsFolder: string, cwd: string): readonly FleetApp[] {
  const plans: readonly Plan[] = [
    { name: 'payments-bot', namespace: 'tg', more: { env: { BOT_TOKEN: fakeTelegramToken() } } },
    { name: STOPPED_BOT, namespace: 'tg' },
    { name: 'weather-bot', namespace: 'tg', more: { pmx: true } },
    { name: 'support-bot', namespace: 'tg', more: { watch: ['answers'] } },
    { name: 'stats-bot', namespace: 'tg', more: { cron_restart: '0 4 * * *' } },
    { name: 'media-bot', namespace: 'tg', more: { max_memory_restart: '300M' } },
    { name: 'broadcast-bot', namespace: 'tg' },
    { name: 'notify-bot', namespace: 'tg', more: { env: fakeSecrets() } },
    { name: 'bot-manager', namespace: 'core', more: { wait_ready: true, listen_timeout: 5_000 } },
    { name: 'api-worker', namespace: 'core', more: { instances: 2, exec_mode: 'cluster', pmx: true } },
  ];
  return plans.map(({ name, namespace, more }) => ({
    name,
    namespace,
    script: join(botsFolder, `${name}.cjs`),
    cwd,
    node_args: '--max-old-space-size=32',
    pmx: false,
    vizion: false,
    ...more,
  }));
}

/** Random at each start: a token in the repository, even a false one, is a token that scanners report. */
function fakeTelegramToken(): string {
  return `${randomInt(1_000_000_000, 9_999_999_999)}:AA${randomBytes(25).toString('base64url').slice(0, 33)}`;
}

function fakeSecrets(): Record<string, string> {
  return {
    TELEGRAM_BOT_TOKEN: fakeTelegramToken(),
    PUSH_TOKEN: randomBytes(24).toString('base64url'),
    OPENAI_API_KEY: `sk-${randomBytes(24).toString('hex')}`,
    NOTIFY_DSN: `postgresql://notify:${randomBytes(12).toString('hex')}@127.0.0.1:5999/notify`,
  };
}
