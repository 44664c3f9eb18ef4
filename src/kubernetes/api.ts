import { Agent } from 'node:https';
import { limitTime } from '../control/limit-time.ts';
import { Refusal } from './refusal.ts';
import { type Address, type Message, send } from './send.ts';
import { readServiceAccount } from './service-account.ts';

export interface ApiOptions {
  readonly address: Address;
  /** Holds the service account's files. */
  readonly accountDirectory: string;
  /** For one request, from connecting to the last byte, milliseconds. */
  readonly timeoutMs: number;
}

/** Kubernetes' API, as this pod's service account. */
export interface Api {
  /** Resolves with the body of a successful answer. Throws `Refusal` for another answer, `unreachable` for none. */
  ask(message: Message, signal: AbortSignal): Promise<string>;
  close(): void;
}

/** Shorter than any API server keeps an unused connection. */
const IDLE_MS = 10_000;

export function createApi({ address, accountDirectory, timeoutMs }: ApiOptions): Api {
  // The agent keeps connections of another CA apart.
  const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: IDLE_MS });
  const once = async (message: Message, outer: AbortSignal) => {
    using limit = limitTime(outer, timeoutMs);
    const account = await readServiceAccount(accountDirectory);
    const answer = await send(message, { address, agent, account }, limit.signal);
    return { answer, token: account.token };
  };
  const withFreshToken = async (message: Message, signal: AbortSignal) => {
    const { answer, token } = await once(message, signal);
    if (answer.status !== 401) return answer;
    // kubelet may have replaced it between reading and sending.
    const { token: now } = await readServiceAccount(accountDirectory);
    return now === token ? answer : (await once(message, signal)).answer;
  };
  return {
    async ask(message, signal) {
      const { status, text, retryAfterMs } = await withFreshToken(message, signal);
      if (status >= 200 && status < 300) return text;
      throw new Refusal(`${message.method} ${message.path.split('?', 1)}`, status, retryAfterMs);
    },
    close: () => agent.destroy(),
  };
}
