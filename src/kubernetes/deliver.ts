import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFault } from '../control/fault.ts';
import type { Api } from './api.ts';
import type { FindPod, PodReference } from './find-pod.ts';
import { Refusal } from './refusal.ts';
import { type Involved, namespaceOf, type Occurrence, type Reporter, toEvent } from './to-event.ts';

/** About a pod, or about this node. */
export interface QueuedEvent extends Occurrence {
  readonly pod: PodReference | undefined;
}

export interface DeliveryParts {
  readonly api: Api;
  readonly findPod: FindPod;
  readonly reporter: Reporter;
  /** Between the first two tries, doubled each time, milliseconds. */
  readonly retryMs: number;
}

const TRIES = 5;
/** However long the server asks to wait. */
const MAX_WAIT_MS = 30_000;

/** Sends one event, again when that may help. Resolves false when its pod is gone. Throws what the last try failed with. */
export async function deliver(
  event: QueuedEvent,
  parts: DeliveryParts,
  signal: AbortSignal,
): Promise<boolean> {
  const named = { ...event, id: randomBytes(8).toString('hex') };
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(named, parts, signal);
    } catch (error) {
      if (signal.aborted || tries === TRIES || !isPassing(error)) throw error;
      const asked = error instanceof Refusal ? (error.retryAfterMs ?? 0) : 0;
      const wait = Math.max(asked, parts.retryMs * 2 ** (tries - 1));
      await sleep(Math.min(wait, MAX_WAIT_MS), undefined, { signal, ref: false });
    }
  }
}

async function attempt(
  event: QueuedEvent & { readonly id: string },
  { api, findPod, reporter }: DeliveryParts,
  signal: AbortSignal,
): Promise<boolean> {
  const involved = event.pod === undefined ? toNode(reporter.nodeName) : await findPod(event.pod, signal);
  if (involved === undefined) return false;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespaceOf(involved))}/events`;
  try {
    await api.ask({ method: 'POST', path, body: toEvent(involved, event, reporter) }, signal);
  } catch (error) {
    // The try before was answered, and the answer lost.
    if (!(error instanceof Refusal && error.status === 409)) throw error;
  }
  return true;
}

/** As kubelet does: the name stands for the uid, `kubectl describe node` looks for either, and nobody is asked for it. */
function toNode(name: string): Involved {
  return { kind: 'Node', namespace: undefined, name, uid: name };
}

function isPassing(error: unknown): boolean {
  return error instanceof Refusal ? error.isPassing : isFault(error, 'unreachable');
}
