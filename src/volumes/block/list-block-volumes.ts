import type { Call } from '../../control/call.ts';
import type { ClusterName } from '../ids.ts';
import { type PageStart, staleToken } from '../page-token.ts';
import type { BlockVolume } from './block-backend.ts';
import type { BlockClusters } from './block-clusters.ts';

export interface ListBlockVolumes {
  readonly clusters: BlockClusters;
  readonly start: PageStart | undefined;
  readonly limit: number;
}

export interface ListedBlock extends BlockVolume {
  readonly cluster: ClusterName;
}

export interface BlockListing {
  readonly volumes: readonly ListedBlock[];
  /** Undefined at the end. */
  readonly next: PageStart | undefined;
}

/**
 * A page of all block volumes, cluster by cluster in order of name: also of those that another driver made, since
 * servers do not tell in a listing whose they are. A cluster that cannot be reached fails the listing: its volumes must
 * not look deleted, nor unpublished. Throws `stale-token` when the page begins in a cluster that is not configured.
 */
export async function listBlockVolumes(
  { clusters, start, limit }: ListBlockVolumes,
  call: Call,
): Promise<BlockListing> {
  const names = [...clusters.keys()].sort();
  const first = start === undefined ? 0 : names.indexOf(start.cluster);
  if (first < 0) throw staleToken();
  const volumes: ListedBlock[] = [];
  for (const [index, cluster] of names.slice(first).entries()) {
    const backend = clusters.get(cluster);
    if (backend === undefined) continue;
    if (volumes.length === limit) return { volumes, next: { cluster, after: '' } };
    const after = index === 0 ? (start?.after ?? '') : '';
    const page = await backend.list({ after, limit: limit - volumes.length }, call);
    volumes.push(...page.volumes.map((volume) => ({ ...volume, cluster })));
    const last = page.volumes.at(-1);
    if (page.more && last !== undefined) return { volumes, next: { cluster, after: last.name } };
  }
  return { volumes, next: undefined };
}
