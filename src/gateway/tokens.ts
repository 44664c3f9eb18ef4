import { randomUUID } from 'node:crypto';

/** What a brick's token says about the create that reserved it. */
export interface TokenParts {
  readonly peerId: string;
  /** Of one life of one gateway process. */
  readonly processId: string;
  readonly createId: string;
}

const TOKEN = /^([0-9a-f-]{36}):([0-9a-f-]{36}):([0-9a-f-]{36})$/;

/** Undefined when it is no token of ours. */
export function parseToken(text: string): TokenParts | undefined {
  const [, peerId, processId, createId] = TOKEN.exec(text) ?? [];
  if (peerId === undefined || processId === undefined || createId === undefined) return undefined;
  return { peerId, processId, createId };
}

/**
 * The creates under way in this process. A token that names this server and is not held here belongs to a
 * create that ended, or to a former life of this process: what it reserved may be undone.
 */
export class Tokens {
  readonly #processId = randomUUID();
  readonly #held = new Set<string>();

  /** A new token, held until it is disposed of. */
  begin(peerId: string): Disposable & { readonly token: string } {
    const token = `${peerId}:${this.#processId}:${randomUUID()}`;
    this.#held.add(token);
    return { token, [Symbol.dispose]: () => this.#held.delete(token) };
  }

  isHeld(token: string): boolean {
    return this.#held.has(token);
  }
}
