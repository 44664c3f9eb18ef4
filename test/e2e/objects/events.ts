import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { NAMESPACE_OF_TESTS } from './claim.ts';

export interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTimestamp: string | null;
}

/** The events of an object, oldest first: `Pod/name`, `PersistentVolumeClaim/name`, `Node/name`. */
export async function eventsOf(
  cluster: Cluster,
  object: string,
  namespace = NAMESPACE_OF_TESTS,
): Promise<readonly Event[]> {
  const [kind, name] = object.split('/');
  const selector = `--field-selector=involvedObject.kind=${kind},involvedObject.name=${name}`;
  const list = ['get', 'events', `--namespace=${namespace}`, selector];
  return (await cluster.json<{ readonly items: readonly Event[] }>(list)).items;
}

/** Waits until an event of the object says something that matches; resolves with its words. */
export async function untilEvent(
  cluster: Cluster,
  object: string,
  pattern: RegExp,
  namespace = NAMESPACE_OF_TESTS,
): Promise<string> {
  let said: readonly string[] = [];
  try {
    await until(
      'the event',
      async () => {
        const events = await eventsOf(cluster, object, namespace);
        said = events.map(({ reason, message }) => `${reason}: ${message}`);
        return said.some((text) => pattern.test(text));
      },
      { timeoutMs: 90_000, everyMs: 500 },
    );
  } catch {
    throw new Error(`no event of ${object} matches ${pattern}; they are:\n${said.join('\n')}`);
  }
  return said.find((text) => pattern.test(text)) ?? '';
}
