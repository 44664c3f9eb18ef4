import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../telemetry/log.ts';
import { createApi } from './api.ts';
import { type DeliveryParts, deliver, type QueuedEvent } from './deliver.ts';
import { createFindPod, type PodReference } from './find-pod.ts';
import { RecentEvents } from './recent-events.ts';
import type { Address } from './send.ts';
import { ACCOUNT_DIRECTORY } from './service-account.ts';
import { boundMessage, type Occurrence } from './to-event.ts';

export interface EventsOptions {
  /** Undefined outside of a cluster: nothing is told. */
  readonly address: Address | undefined;
  /** The Kubernetes node of this process. */
  readonly nodeName: string;
  /** The program, as `kubectl describe` shows it. */
  readonly component: string;
  readonly accountDirectory?: string;
  /** For one request, milliseconds. Default 10 s. */
  readonly timeoutMs?: number;
  /** Before the second try, milliseconds; doubled for each further one. Default 1 s. */
  readonly retryMs?: number;
}

/**
 * Events that `kubectl describe` shows. Both calls return at once and never throw; the events are sent one after
 * the other. What cannot be sent is dropped with a line in the log: nothing here may hold up a mount. The same
 * event of the same object is sent once in five minutes; repetitions are dropped, not counted.
 */
export interface Events {
  podEvent(event: Occurrence & { readonly pod: PodReference }): void;
  /** About this node. */
  nodeEvent(event: Occurrence): void;
  /** Sends what waits for 2 s more, then drops it. */
  stop(): Promise<void>;
}

const MAX_WAITING = 200;
const STOP_MS = 2_000;

export function createEvents(options: EventsOptions): Events {
  const { address, nodeName, component } = options;
  if (address === undefined) {
    log.info('not in a Kubernetes cluster: no events');
    return { podEvent() {}, nodeEvent() {}, async stop() {} };
  }
  const api = createApi({
    address,
    accountDirectory: options.accountDirectory ?? ACCOUNT_DIRECTORY,
    timeoutMs: options.timeoutMs ?? 10_000,
  });
  const queue = new EventQueue({
    api,
    findPod: createFindPod(api, nodeName),
    reporter: { component, nodeName },
    retryMs: options.retryMs ?? 1_000,
  });
  return {
    podEvent: (event) => queue.add(event),
    nodeEvent: (event) => queue.add({ ...event, pod: undefined }),
    async stop() {
      await queue.stop();
      api.close();
    },
  };
}

class EventQueue {
  readonly #parts: DeliveryParts;
  readonly #recent = new RecentEvents();
  readonly #waiting: QueuedEvent[] = [];
  readonly #stopping = new AbortController();
  #sending: Promise<void> | undefined;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  add(event: QueuedEvent): void {
    if (this.#stopping.signal.aborted) return;
    const bounded = { ...event, message: boundMessage(event.message) };
    if (this.#waiting.length >= MAX_WAITING) {
      log.warn({ event: bounded }, 'too many events wait, this one is dropped');
      return;
    }
    if (!this.#recent.admit(...toKey(bounded))) return;
    this.#waiting.push(bounded);
    this.#sending ??= this.#sendAll();
  }

  async stop(): Promise<void> {
    await Promise.race([this.#sending, sleep(STOP_MS, undefined, { ref: false })]);
    this.#stopping.abort();
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      try {
        const isSent = await deliver(event, this.#parts, this.#stopping.signal);
        log.debug({ event, isSent }, 'event');
      } catch (error) {
        this.#recent.forget(...toKey(event));
        log.warn({ event, err: error }, 'event cannot be sent');
      }
    }
    this.#sending = undefined;
  }
}

/** The object, and what is told of it. */
function toKey({ pod, type, reason, message }: QueuedEvent): [string, string] {
  const object = pod === undefined ? 'node' : 'name' in pod ? `${pod.namespace}/${pod.name}` : pod.uid;
  return [object, `${type} ${reason} ${message}`];
}
