import type { Call } from '../control/call.ts';
import type { Backend } from './backend.ts';
import type { Clusters } from './clusters.ts';
import type { ClusterName, ViewId } from './ids.ts';
import { viewsAfter } from './list-views.ts';
import { KEYS } from './metadata.ts';
import { type PageStart, staleToken } from './page-token.ts';
import type { Volume } from './spec.ts';

export interface ListVolumes {
  readonly clusters: Clusters;
  readonly owner: string;
  readonly start: PageStart | undefined;
  readonly limit: number;
}

export interface ListedVolume extends Volume {
  readonly cluster: ClusterName;
  /** Of a view: which one of its volume. */
  readonly view?: ViewId;
}

export interface VolumeListing {
  readonly volumes: readonly ListedVolume[];
  /** Undefined at the end. */
  readonly next: PageStart | undefined;
}

/**
 * A page of our volumes, cluster by cluster: those of a claim each in order of name, then the views. A cluster that
 * cannot be reached fails the listing: its volumes must not look deleted. Throws `stale-token` when the page begins
 * in a cluster that is not configured (any more).
 */
export async function listVolumes(request: ListVolumes, call: Call): Promise<VolumeListing> {
  const { clusters, start, limit } = request;
  const names = [...clusters.keys()].sort();
  const first = start === undefined ? 0 : names.indexOf(start.cluster);
  if (first < 0) throw staleToken();
  const volumes: ListedVolume[] = [];
  for (const [index, cluster] of names.slice(first).entries()) {
    const backend = clusters.get(cluster);
    if (backend === undefined) continue;
    if (volumes.length === limit) return { volumes, next: { cluster, after: '' } };
    const after = index === 0 ? (start?.after ?? '') : '';
    const place = { backend, owner: request.owner, after, room: limit - volumes.length };
    const page = await listCluster(place, call);
    volumes.push(...page.volumes.map((volume) => ({ ...volume, cluster })));
    if (page.next !== undefined) return { volumes, next: { cluster, after: page.next } };
  }
  return { volumes, next: undefined };
}

interface Place {
  readonly backend: Backend;
  readonly owner: string;
  readonly after: string;
  readonly room: number;
}

interface ClusterPage {
  readonly volumes: readonly Omit<ListedVolume, 'cluster'>[];
  /** The last place told, when there is more after it. */
  readonly next: string | undefined;
}

async function listCluster({ backend, owner, after, room }: Place, call: Call): Promise<ClusterPage> {
  const volumes: Omit<ListedVolume, 'cluster'>[] = [];
  if (!after.includes('/')) {
    const page = await backend.list({ key: KEYS.owner, value: owner, after, limit: room }, call);
    volumes.push(...page.volumes);
    if (page.more) return { volumes, next: page.volumes.at(-1)?.name };
  }
  let last = after.includes('/') ? after : '/';
  for await (const view of viewsAfter({ backend, owner, after: last }, call)) {
    if (volumes.length === room) return { volumes, next: last };
    volumes.push(view);
    last = `${view.name}/${view.view}`;
  }
  return { volumes, next: undefined };
}
