import type { Call } from '../control/call.ts';
import type { Clusters, LocatedVolume } from './clusters.ts';
import type { ClusterName } from './ids.ts';
import type { LocatedSnapshot } from './locate-snapshot.ts';
import { KEYS } from './metadata.ts';
import { type PageStart, staleToken } from './page-token.ts';
import type { Snapshot } from './snapshot.ts';

export interface ListSnapshots {
  readonly clusters: Clusters;
  readonly owner: string;
  /** Only those of this volume. */
  readonly source: LocatedVolume | undefined;
  readonly start: PageStart | undefined;
  readonly limit: number;
}

export interface ListedSnapshot extends Snapshot {
  readonly cluster: ClusterName;
}

export interface SnapshotListing {
  readonly snapshots: readonly ListedSnapshot[];
  /** Undefined at the end. */
  readonly next: PageStart | undefined;
}

/**
 * A page of our snapshots, cluster by cluster in order of name. A cluster that cannot be reached fails the
 * listing: its snapshots must not look deleted. Throws `stale-token` when the page begins in a cluster that is
 * not listed (any more).
 */
export async function listSnapshots(request: ListSnapshots, call: Call): Promise<SnapshotListing> {
  const { clusters, owner, source, start, limit } = request;
  const names = source === undefined ? [...clusters.keys()].sort() : [source.cluster];
  const first = start === undefined ? 0 : names.indexOf(start.cluster);
  if (first < 0) throw staleToken();
  const snapshots: ListedSnapshot[] = [];
  for (const [index, cluster] of names.slice(first).entries()) {
    if (snapshots.length === limit) return { snapshots, next: { cluster, after: '' } };
    const after = index === 0 ? (start?.after ?? '') : '';
    const room = limit - snapshots.length;
    const query = { key: KEYS.owner, value: owner, source: source?.name, after, limit: room };
    const page = await clusters.get(cluster)?.listSnapshots(query, call);
    snapshots.push(...(page?.snapshots ?? []).map((snapshot) => ({ ...snapshot, cluster })));
    const last = page?.snapshots.at(-1);
    if (page?.more === true && last !== undefined) return { snapshots, next: { cluster, after: last.name } };
  }
  return { snapshots, next: undefined };
}

/** The one snapshot, of the given source if one is given; none is no fault in a listing. */
export async function listSnapshot(
  located: LocatedSnapshot,
  { owner, source }: Pick<ListSnapshots, 'owner' | 'source'>,
  call: Call,
): Promise<SnapshotListing> {
  const { backend, cluster, name } = located;
  const found = await backend.findSnapshot(name, call);
  const isOurs = found?.metadata[KEYS.owner] === owner;
  const isOfSource = source === undefined || (source.cluster === cluster && source.name === found?.source);
  const snapshots = found !== undefined && isOurs && isOfSource ? [{ ...found, cluster }] : [];
  return { snapshots, next: undefined };
}
