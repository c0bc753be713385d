import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/load-config.ts';
import { parseOptions, UsageError } from '../../src/config/options.ts';
import { createKeyDecoder, type KeyFlags } from '../../src/ui/keys/keys.ts';
import fc from '../helpers/fast-check.ts';
import { checkForAWhile, fuzzTimeoutMs, nearly } from './for-a-while.ts';

const SECRET = 'q7hunter2';
const YAML = `pm2:
  homes: [/srv/a/.pm2, '/srv/b/.pm2']
postgres:
  url: postgresql://bot:\${SECRET}@127.0.0.1/bots
logs:
  - glob: /var/log/bots/*.log
    name: api
    zone: Europe/Berlin
view: errors
interval: 2000
readOnly: yes
`;

test(
  'what is nearly a configuration is read, or refused with sentences that hold no secret',
  async () => {
    await checkForAWhile(
      fc.property(nearly(YAML), (bytes) => {
        try {
          readConfig(bytes.toString(), { file: '/srv/botop.yaml', env: { SECRET } });
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect(JSON.stringify(error)).not.toContain(SECRET);
          expect(String(error)).not.toContain(SECRET);
        }
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  'whatever stands on the command line is understood or refused, and never thrown',
  async () => {
    const word = fc.oneof(
      fc.constantFrom(
        'snapshot',
        'demo',
        '--json',
        '--view',
        'bots',
        '--interval',
        '250',
        '--',
        '-h',
        '-V',
        '--no-color',
      ),
      fc.constantFrom(
        '--read-only=maybe',
        '--pm2-home',
        '--logs=*',
        '--database-url',
        'postgresql://a:b@c/d',
        '-',
        '---',
      ),
      fc.string({ maxLength: 12 }),
    );
    const system = { uid: 0, configFile: '/nonexistent/botop.yaml' };
    await checkForAWhile(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
        const options = await parseOptions(argv, { HOME: '/nonexistent' }, '/nonexistent', system);
        if (options instanceof UsageError) expect(options.message).not.toBe('');
        else expect(options.pm2Homes.length).toBeGreaterThan(0);
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  'whatever a terminal sends, a key is a character or a name, and one Esc is at most one esc',
  async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '[',
        'O',
        '[1;5',
        '[200~',
        '[201~',
        'r',
        'y',
        '\r',
        '\t',
        '\u007f',
        '[<0;3;4M',
        '[?1;2c',
        'é',
        '👩‍🚀',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    const flag = fc.constantFrom<KeyFlags>(
      {},
      { escape: true },
      { ctrl: true },
      { meta: true },
      { tab: true },
      { end: true },
    );
    const report = fc.tuple(piece, flag, fc.nat(400));
    await checkForAWhile(
      fc.property(fc.array(report, { maxLength: 30 }), (reports) => {
        const { decode } = createKeyDecoder();
        let at = 0;
        for (const [text, key, pause] of reports) {
          at += pause;
          const keys = decode(text, key, at);
          for (const name of keys) {
            // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come through
            if (!name.startsWith('ctrl+')) expect(name).not.toMatch(/[\u0000-\u001f\u007f]/);
          }
          expect(keys.filter((name) => name === 'esc').length).toBeLessThanOrEqual(1);
        }
      }),
    );
  },
  fuzzTimeoutMs,
);
