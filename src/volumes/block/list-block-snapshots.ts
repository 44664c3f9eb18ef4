import type { Call } from '../../control/call.ts';
import type { ClusterName } from '../ids.ts';
import { isOwnedBy } from '../metadata.ts';
import { type PageStart, staleToken } from '../page-token.ts';
import type { BlockClusters, LocatedBlock } from './block-clusters.ts';
import type { BlockSnapshot } from './block-snapshot.ts';

export interface ListBlockSnapshots {
  readonly clusters: BlockClusters;
  readonly owner: string;
  /** Only those of this block volume. */
  readonly source: LocatedBlock | undefined;
  readonly start: PageStart | undefined;
  readonly limit: number;
}

export interface ListedBlockSnapshot extends BlockSnapshot {
  readonly cluster: ClusterName;
}

export interface BlockSnapshotListing {
  readonly snapshots: readonly ListedBlockSnapshot[];
  /** Undefined at the end. */
  readonly next: PageStart | undefined;
}

/**
 * A page of our snapshots, cluster by cluster in order of name; with another driver's between them it is shorter. A
 * cluster that cannot be reached fails the listing: its snapshots must not look deleted. Throws `stale-token` when the
 * page begins in a cluster that is not listed.
 */
export async function listBlockSnapshots(
  { clusters, owner, source, start, limit }: ListBlockSnapshots,
  call: Call,
): Promise<BlockSnapshotListing> {
  const names = source === undefined ? [...clusters.keys()].sort() : [source.cluster];
  const first = start === undefined ? 0 : names.indexOf(start.cluster);
  if (first < 0) throw staleToken();
  const snapshots: ListedBlockSnapshot[] = [];
  for (const [index, cluster] of names.slice(first).entries()) {
    const backend = clusters.get(cluster);
    if (backend === undefined) continue;
    if (snapshots.length === limit) return { snapshots, next: { cluster, after: '' } };
    const after = index === 0 ? (start?.after ?? '') : '';
    const page = await backend.listSnapshots({ after, limit: limit - snapshots.length, source }, call);
    const ours = page.snapshots.filter((snapshot) => isOwnedBy(owner, snapshot));
    snapshots.push(...ours.map((snapshot) => ({ ...snapshot, cluster })));
    const last = page.snapshots.at(-1);
    if (page.more && last !== undefined) return { snapshots, next: { cluster, after: last.name } };
  }
  return { snapshots, next: undefined };
}

/** The one snapshot, of the given source if one is given; none is no fault in a listing. */
export async function listBlockSnapshot(
  located: LocatedBlock,
  { owner, source }: Pick<ListBlockSnapshots, 'owner' | 'source'>,
  call: Call,
): Promise<BlockSnapshotListing> {
  const found = await located.backend.findSnapshot(located, call);
  if (found === undefined || !isOwnedBy(owner, found)) return { snapshots: [], next: undefined };
  const { cluster } = located;
  const isOfSource =
    source === undefined ||
    (source.cluster === cluster && source.hosting === found.hosting && source.name === found.source);
  return { snapshots: isOfSource ? [{ ...found, cluster }] : [], next: undefined };
}
