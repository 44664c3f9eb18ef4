import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { isPassing } from './block-source.ts';
import type { BlockDeps } from './deps.ts';
import { lookEverywhere } from './locate.ts';
import { pruneEmpty } from './prune-empty.ts';
import { missingSnapshot, type PlacedSnapshot, snapshotKey } from './take-block-snapshot.ts';

export interface BlockSnapshotQuery {
  readonly hostingvolume: string | undefined;
  /** Of this block volume. */
  readonly volume: string | undefined;
  /** Only names after this one, by code unit. */
  readonly after: string | undefined;
  readonly limit: number | undefined;
}

interface NamedSnapshot {
  readonly name: string;
  readonly hostingvolume: string | undefined;
}

/** In order of name. Throws `unreachable` when a hosting volume does not answer: a list without its own would lie. */
export async function listBlockSnapshots(
  deps: BlockDeps,
  { hostingvolume, volume, after = '', limit }: BlockSnapshotQuery,
  call: Call,
): Promise<readonly PlacedSnapshot[]> {
  const { found, silent } = await lookEverywhere(deps, { only: hostingvolume }, call);
  if (silent !== undefined) throw silent;
  return found
    .flatMap(({ hosting, snapshots }) => snapshots.map((one) => ({ ...one, hosting: hosting.name })))
    .filter((one) => !isPassing(one) && one.name > after && (volume === undefined || one.volume === volume))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, limit);
}

/** Throws `not-found`, `unreachable`. */
export async function getBlockSnapshot(
  deps: BlockDeps,
  { name, hostingvolume }: NamedSnapshot,
  call: Call,
): Promise<PlacedSnapshot> {
  const { found, silent } = await lookEverywhere(deps, { only: hostingvolume }, call);
  for (const { hosting, snapshots } of found) {
    const snapshot = snapshots.find((one) => one.name === name);
    if (snapshot !== undefined) return { ...snapshot, hosting: hosting.name };
  }
  if (silent !== undefined) throw silent;
  throw missingSnapshot(name);
}

/**
 * Deletes the snapshot; block volumes made of it stay. With `prune` also a hosting volume that was made for a request
 * and is empty then. Throws `not-found`, `unreachable`, `busy`.
 */
export async function deleteBlockSnapshot(
  deps: BlockDeps,
  { name, hostingvolume, prune }: NamedSnapshot & { readonly prune: boolean },
  call: Call,
): Promise<void> {
  using _lock = deps.locks.acquire(snapshotKey(name));
  try {
    const { hosting } = await getBlockSnapshot(deps, { name, hostingvolume }, call);
    await deps.mounts.use(hosting, ({ snapshots }) => snapshots.remove(name, call), call);
    if (prune) await pruneEmpty(deps, hosting, call);
  } catch (error) {
    // An interrupted delete has taken the snapshot away and not its hosting volume.
    const isGone = error instanceof Fault && error.kind === 'not-found';
    if (prune && isGone) await pruneEmpty(deps, hostingvolume, call);
    throw error;
  }
}
