const SHOWN = '[secret]';
/** What `inspect` and `console.log` ask for; loading node:util for its name costs 2 ms of every start. */
const INSPECTED = Symbol.for('nodejs.util.inspect.custom');

/** A text that must not be shown: printed, logged, put into JSON or inspected it reads `[secret]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the one client that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [INSPECTED](): string {
    return SHOWN;
  }
}
