import * as z from 'zod';
import { Fault } from '../control/fault.ts';
import { parseJson } from '../control/parse-json.ts';
import type { Api } from './api.ts';
import type { Involved } from './to-event.ts';

/** A pod by what is known of it: kubelet's paths hold its uid, its volume context may hold all three. */
export type PodReference =
  | { readonly uid: string }
  | { readonly namespace: string; readonly name: string; readonly uid?: string };

/** The full name of a pod; undefined when there is none on this node. Throws as `Api.ask`. */
export type FindPod = (pod: PodReference, signal: AbortSignal) => Promise<Involved | undefined>;

/** How long a list of the node's pods is good for: a burst of events asks once. */
const FRESH_MS = 10_000;
/** Names and uids alone: with specs and states the pods of a full node are megabytes. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

const podList = z.object({
  items: z.array(
    z.object({ metadata: z.object({ namespace: z.string(), name: z.string(), uid: z.string() }) }),
  ),
});
type Pod = Involved & { readonly uid: string };

export function createFindPod(api: Api, nodeName: string): FindPod {
  let known: { readonly pods: readonly Pod[]; readonly at: number } | undefined;
  return async (pod, signal) => {
    // `kubectl describe` selects by the uid too: an event without one would not be seen.
    if ('name' in pod && pod.uid !== undefined) return { kind: 'Pod', ...pod, uid: pod.uid };
    if (known === undefined || performance.now() - known.at > FRESH_MS) {
      known = { pods: await listPods(api, nodeName, signal), at: performance.now() };
    }
    return known.pods.find((one) =>
      'name' in pod ? one.name === pod.name && one.namespace === pod.namespace : one.uid === pod.uid,
    );
  };
}

async function listPods(api: Api, nodeName: string, signal: AbortSignal): Promise<readonly Pod[]> {
  // Version 0: from the API server's memory, at no cost to etcd. A pod whose mount broke has been there for a while.
  const query = new URLSearchParams({ fieldSelector: `spec.nodeName=${nodeName}`, resourceVersion: '0' });
  const text = await api.ask({ method: 'GET', path: `/api/v1/pods?${query}`, accept: METADATA_ONLY }, signal);
  const parsed = podList.safeParse(parseJson(text));
  if (!parsed.success) throw new Fault('unreachable', 'the Kubernetes API lists pods in an unknown form');
  return parsed.data.items.map(({ metadata: { namespace, name, uid } }) => ({
    kind: 'Pod',
    namespace,
    name,
    uid,
  }));
}
