/** What a bot publishes through PM2: metrics, told apart by their `type` since labels change, and custom actions. */
import { asFields, asNumber, asText, type Fields, fieldOf } from './fields.ts';
import type { BotMetric, MetricKind } from './snapshot.ts';

const maxMetrics = 64;
const maxActions = 64;

const kinds: Readonly<Record<string, MetricKind>> = {
  'internal/v8/heap/used': 'heap-used',
  'internal/v8/heap/total': 'heap-total',
  'internal/v8/heap/usage': 'heap-percent',
  'internal/libuv/latency/p50': 'loop-latency',
  'internal/libuv/latency/p95': 'loop-latency-p95',
  'internal/libuv/handles': 'handles',
  'internal/libuv/requests': 'requests',
  'internal/http/builtin/reqs': 'http-per-minute',
  'internal/http/builtin/latency/p50': 'http-latency',
  'internal/http/builtin/latency/p95': 'http-latency-p95',
  'internal/network/in': 'network-in',
  'internal/network/out': 'network-out',
};

const rough: ReadonlySet<MetricKind> = new Set<MetricKind>([
  'heap-percent',
  'loop-latency',
  'loop-latency-p95',
  'http-per-minute',
  'http-latency',
  'http-latency-p95',
]);

/** `axm_monitor` as metrics; what is no number is left out. */
export function parseMetrics(monitor: Fields | null): BotMetric[] {
  const metrics: BotMetric[] = [];
  for (const [key, value] of Object.entries(monitor ?? {})) {
    if (metrics.length === maxMetrics) break;
    const fields = asFields(value);
    const number = asNumber(fieldOf(fields, 'value'));
    const name = asText(key, 128);
    if (name === null || number === null) continue;
    const type = asText(fieldOf(fields, 'type'), 128) ?? '';
    const kind = Object.hasOwn(kinds, type) ? (kinds[type] as MetricKind) : null;
    const unit = asText(fieldOf(fields, 'unit'), 32) ?? '';
    metrics.push({ name, type, kind, value: number, unit, isRough: kind !== null && rough.has(kind) });
  }
  return metrics;
}

/** The names in `axm_actions` that are the bot's own. PM2 refuses a trigger by a name that differs, so none is mended. */
export function parseActions(actions: unknown): string[] {
  if (!Array.isArray(actions)) return [];
  const names = actions.slice(0, maxActions).flatMap((action) => {
    const fields = asFields(action);
    const raw = fieldOf(fields, 'action_name');
    const name = asText(raw, 128);
    const isInternal = fieldOf(fields, 'action_type') === 'internal' || name?.startsWith('km:') === true;
    return name === null || name !== raw || isInternal ? [] : [name];
  });
  return [...new Set(names)];
}
