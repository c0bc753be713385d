/** Which network interfaces are up, from /sys/class/net; looked up seldom, since it is two files each. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const IFF_UP = 1;
/** A container host may have hundreds; looking them all up is spread over this many at a time. */
const AT_ONCE = 8;

export class UpInterfaces {
  readonly #folder: string;
  readonly #isUp = new Map<string, boolean>();
  #isBusy = false;

  constructor(sysRoot: string) {
    this.#folder = join(sysRoot, 'class/net');
  }

  /** What was found at the last look; for one never looked up, whether it ever moved a byte. */
  isUp(name: string, totalBytes: number): boolean {
    return this.#isUp.get(name) ?? totalBytes > 0;
  }

  /** Whether every one of these was looked up. */
  knows(names: readonly string[]): boolean {
    return names.every((name) => this.#isUp.has(name));
  }

  /** Looks the interfaces up again. */
  async refresh(names: readonly string[]): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const found: [string, boolean][] = [];
      for (let i = 0; i < names.length; i += AT_ONCE) {
        await Promise.all(
          names.slice(i, i + AT_ONCE).map(async (name) => {
            const isUp = await this.#look(name);
            if (isUp !== null) found.push([name, isUp]);
          }),
        );
      }
      this.#isUp.clear();
      for (const [name, isUp] of found) this.#isUp.set(name, isUp);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Null where /sys does not say: not mounted, or the interface is gone. */
  async #look(name: string): Promise<boolean | null> {
    if (name.includes('/') || name.startsWith('.')) return null;
    try {
      const [flags, state] = await Promise.all([
        readFile(join(this.#folder, name, 'flags'), 'utf8'),
        readFile(join(this.#folder, name, 'operstate'), 'utf8'),
      ]);
      // Tunnels have the state "unknown" while they work.
      return (Number(flags) & IFF_UP) !== 0 && !/^(?:down|lowerlayerdown|notpresent)/.test(state);
    } catch {
      return null;
    }
  }
}
