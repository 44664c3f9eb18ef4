import { randomUUID } from 'node:crypto';

export interface GatewayEvent {
  readonly id: string;
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
  /** Peer id of the gateway that did it. */
  readonly origin: string;
  /** RFC 3339. */
  readonly timestamp: string;
}

export type EventName =
  | 'volume.created'
  | 'volume.started'
  | 'volume.stopped'
  | 'volume.deleted'
  | 'volume.expanded'
  | 'device.added'
  | 'device.removed'
  | 'device.filling'
  | 'device.overcommitted'
  | 'device.relieved'
  | 'peer.added'
  | 'peer.removed';

/** As long as glusterd2 keeps them. */
const KEPT_MS = 10 * 60_000;
const MAX_EVENTS = 10_000;

/** What this gateway did in the last ten minutes. */
export class EventRing {
  readonly #events: { readonly at: number; readonly event: GatewayEvent }[] = [];

  add(name: EventName, origin: string, data: Readonly<Record<string, string>>): void {
    this.#expire();
    if (this.#events.length >= MAX_EVENTS) this.#events.shift();
    const event = { id: randomUUID(), name, data, origin, timestamp: new Date().toISOString() };
    this.#events.push({ at: performance.now(), event });
  }

  /** Oldest first. */
  list(): readonly GatewayEvent[] {
    this.#expire();
    return this.#events.map(({ event }) => event);
  }

  #expire(): void {
    const oldest = performance.now() - KEPT_MS;
    while (this.#events[0] !== undefined && this.#events[0].at < oldest) this.#events.shift();
  }
}
