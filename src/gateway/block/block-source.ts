import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { copyableBricks, copyDisk } from './copy-disk.ts';
import type { BlockDeps } from './deps.ts';
import type { Filling, HostedSnapshot } from './hosting-mounts.ts';
import { isSettled, pathOf } from './settle-disk.ts';
import { missingSnapshot, takeOn } from './take-block-snapshot.ts';

/** What a new block volume begins with: a snapshot, or a block volume, by name, of the same hosting volume. */
export interface BlockSource {
  readonly kind: 'snapshot' | 'volume';
  readonly name: string;
}

interface Wish {
  readonly name: string;
  readonly size: bigint;
  readonly source: BlockSource | undefined;
}

/** Names that no request can give: of a snapshot that is taken for a clone of a block volume. */
const PASSING = '.for-';

/**
 * The content of a new block volume; of a block volume by way of a snapshot, which a retry finds. Throws `not-found`
 * for a source, `out-of-range` when it is larger, `busy` for one that is not settled, `wrong-state`, `unreachable`.
 */
export async function contentOf(
  deps: BlockDeps,
  hosting: GlusterVolume,
  { name, size, source }: Wish,
  call: Call,
): Promise<Filling | undefined> {
  if (source === undefined) return undefined;
  const snapshot = await snapshotFor(deps, hosting, { name, source }, call);
  if (!isSettled(snapshot)) throw new Fault('busy', `snapshot ${snapshot.name} is not ready yet; retry`);
  if (size < snapshot.size) {
    throw new Fault(
      'out-of-range',
      `a block volume of a source of ${snapshot.size} bytes has at least as many, not ${size}`,
    );
  }
  const bricks = await copyableBricks(deps, hosting, call);
  return {
    size: snapshot.size,
    // The snapshot's copies are alike and nobody writes to them: so are the reflinks.
    async from(to) {
      await copyDisk(bricks, { from: pathOf(snapshot.name), to, size: snapshot.size }, call);
    },
  };
}

function snapshotFor(
  deps: BlockDeps,
  hosting: GlusterVolume,
  { name, source }: { readonly name: string; readonly source: BlockSource },
  call: Call,
): Promise<HostedSnapshot> {
  if (source.kind === 'volume') {
    return takeOn(deps, hosting, { name: passingFor(name), volume: source.name, metadata: {} }, call);
  }
  return deps.mounts.use(
    hosting.name,
    async ({ snapshots }) => {
      const found = await snapshots.find(source.name, call);
      if (found === undefined) throw missingSnapshot(source.name);
      return found;
    },
    call,
  );
}

/** The block volume is made: what was taken for it goes. */
export async function forgetPassing(
  deps: BlockDeps,
  hosting: string,
  { name, source }: Pick<Wish, 'name' | 'source'>,
  call: Call,
): Promise<void> {
  if (source?.kind !== 'volume') return;
  await deps.mounts.use(hosting, ({ snapshots }) => snapshots.remove(passingFor(name), call), call);
}

export function passingFor(name: string): string {
  return `${PASSING}${name}`;
}

/** True for one that a clone is made by way of. */
export function isPassing({ name }: Pick<HostedSnapshot, 'name'>): boolean {
  return name.startsWith(PASSING);
}

/** The block volume that it was taken for. */
export function madeFor({ name }: Pick<HostedSnapshot, 'name'>): string {
  return name.slice(PASSING.length);
}
