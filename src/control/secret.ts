/** A text that may be used and is never shown: however it gets into a log line or an error, its content stays out. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toJSON(): string {
    return '[Redacted]';
  }

  toString(): string {
    return '[Redacted]';
  }
}
