import type { Call } from '../control/call.ts';
import type { Clusters } from './clusters.ts';
import type { ClusterName } from './ids.ts';
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
}

export interface VolumeListing {
  readonly volumes: readonly ListedVolume[];
  /** Undefined at the end. */
  readonly next: PageStart | undefined;
}

/**
 * A page of our volumes, cluster by cluster in order of name. A cluster that cannot be reached fails the
 * listing: its volumes must not look deleted. Throws `stale-token` when the page begins in a cluster that is
 * not configured (any more).
 */
export async function listVolumes(request: ListVolumes, call: Call): Promise<VolumeListing> {
  const { clusters, owner, start, limit } = request;
  const names = [...clusters.keys()].sort();
  const first = start === undefined ? 0 : names.indexOf(start.cluster);
  if (first < 0) throw staleToken();
  const volumes: ListedVolume[] = [];
  for (const [index, cluster] of names.slice(first).entries()) {
    if (volumes.length === limit) return { volumes, next: { cluster, after: '' } };
    const after = index === 0 ? (start?.after ?? '') : '';
    const query = { key: KEYS.owner, value: owner, after, limit: limit - volumes.length };
    const page = await clusters.get(cluster)?.list(query, call);
    volumes.push(...(page?.volumes ?? []).map((volume) => ({ ...volume, cluster })));
    const last = page?.volumes.at(-1);
    if (page?.more === true && last !== undefined) return { volumes, next: { cluster, after: last.name } };
  }
  return { volumes, next: undefined };
}
