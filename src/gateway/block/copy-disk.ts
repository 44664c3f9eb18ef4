import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { getRecord } from '../volume-record.ts';
import type { BrickFile, BrickFiles, FileLook } from './brick-files.ts';
import type { BlockDeps } from './deps.ts';

/**
 * A client that has lost a brick meets it again after 3 s at the soonest. So of two looks that are closer than this
 * at least one sees what a brick missed between them.
 */
const BETWEEN_LOOKS_MS = 2_500;

/** A brick of a hosting volume, and how to reach its files. */
export interface HostBrick {
  readonly volume: string;
  readonly brick: string;
  readonly files: BrickFiles;
  /** Not an arbiter, whose files are empty. */
  readonly hasData: boolean;
  /** Of its process. */
  readonly pid: number;
}

/** A file of a hosting volume, on every brick. */
export interface DiskCopy {
  readonly from: string;
  readonly to: string;
  readonly size: bigint;
}

/**
 * The bricks of a hosting volume whose files can be copied one by one, all of them up. Throws `wrong-state` with the
 * reason for another kind, `unreachable` naming the bricks that are down.
 */
export async function copyableBricks(
  deps: BlockDeps,
  hosting: GlusterVolume,
  call: Call,
): Promise<readonly HostBrick[]> {
  const why = whyNotCopyable(hosting);
  if (why !== undefined) {
    throw new Fault(
      'wrong-state',
      `block volumes of hosting volume ${hosting.name} cannot be copied: ${why}`,
    );
  }
  deps.pool.forget();
  const [servers, status] = await Promise.all([
    deps.pool.servers(call),
    deps.gluster.status(hosting.name, call),
  ]);
  const processOf = ({ peerId, path }: { readonly peerId: string; readonly path: string }) =>
    status.find((one) => one.peerId === peerId && one.path === path && one.online)?.pid;
  const down = hosting.bricks.filter((brick) => processOf(brick) === undefined);
  if (down.length > 0) {
    const names = down.map(({ host, path }) => `${host}:${path}`).join(', ');
    throw new Fault(
      'unreachable',
      `a copy is made on all bricks of hosting volume ${hosting.name}, of which some are down: ${names}; start them and retry`,
    );
  }
  return hosting.bricks.map(({ peerId, path, arbiter }) => ({
    volume: hosting.name,
    brick: path,
    files: serverOf(servers, peerId).files,
    hasData: !arbiter,
    pid: processOf({ peerId, path }) ?? 0,
  }));
}

/** Undefined when they can be. */
export function whyNotCopyable(hosting: GlusterVolume): string | undefined {
  const { kind, subvols } = layoutOf(hosting);
  const { provisioner } = getRecord(hosting);
  if (kind !== 'replica') return 'it is not replicated: only copies of whole files can be reflinked';
  if (subvols > 1) return 'it has several brick sets, and a copy may belong on another than its source';
  if (hosting.options['features.shard'] === 'on') return 'it is sharded: a disk is many files there';
  if (provisioner !== 'loop')
    return `its bricks are of type ${provisioner ?? 'their own'}; use a class with brickType loop`;
  return undefined;
}

function serverOf(servers: readonly StorageServer[], peerId: string): StorageServer {
  const found = servers.find((server) => server.peerId === peerId);
  if (found !== undefined) return found;
  throw new Fault('unreachable', 'a server of the hosting volume is no longer in the pool');
}

/**
 * Makes the file at `to`, which is there and of the size, a reflink of the one at `from`, on each brick by itself. The
 * copies differ in what is written meanwhile; that of the brick which is told of is one of a single moment, with all
 * that was acknowledged before `createdAt`. Throws `busy` when a brick may lack something, and then `to` is worth
 * nothing.
 */
export async function copyDisk(
  bricks: readonly HostBrick[],
  copy: DiskCopy,
  call: Call,
): Promise<{ readonly brick: string; readonly createdAt: number }> {
  const chosen = bricks.find(({ hasData }) => hasData);
  if (chosen === undefined) throw new Fault('wrong-state', 'the hosting volume has no brick with data');
  const target = await looksAt(bricks, { path: copy.to, size: copy.size }, call);
  const began = performance.now();
  const before = await looksAt(bricks, { path: copy.from, size: copy.size }, call);
  const createdAt = Date.now();
  const sizes = await Promise.all(
    bricks
      .filter(({ hasData }) => hasData)
      .map(({ files, ...brick }) => files.clone({ ...toFile(brick), path: copy.from }, copy.to, call)),
  );
  const after = await looksAt(bricks, { path: copy.from, size: copy.size }, call);
  const betweenMs = performance.now() - began;
  const targetAfter = await looksAt(bricks, { path: copy.to, size: copy.size }, call);
  const isSame = before === after && target === targetAfter && sizes.every((size) => size === copy.size);
  if (!isSame) throw new Fault('busy', 'the block volume was changed while it was copied; retry');
  if (betweenMs > BETWEEN_LOOKS_MS)
    throw new Fault('busy', 'the servers were too slow to tell whether a brick missed something; retry');
  return { brick: chosen.brick, createdAt };
}

/** The id that all bricks have the file by. Throws `busy` unless each has it whole, as far as any of them knows. */
export async function looksAt(
  bricks: readonly HostBrick[],
  { path, size }: { readonly path: string; readonly size: bigint },
  call: Call,
): Promise<string> {
  const looks = await Promise.all(bricks.map((brick) => lookAt(brick, path, call)));
  const [first] = looks;
  const isWhole = looks.every(
    ({ gfid, blames, ...look }, index) =>
      gfid === first?.gfid && !blames && (look.size === size || bricks[index]?.hasData === false),
  );
  if (first !== undefined && isWhole) return first.gfid;
  throw new Fault(
    'busy',
    'a brick missed changes of the block volume, or its size is being changed; wait until it is healed and retry',
  );
}

async function lookAt({ files, ...brick }: HostBrick, path: string, call: Call): Promise<FileLook> {
  try {
    return await files.look({ ...toFile(brick), path }, call);
  } catch (error) {
    if (!isFault(error, 'not-found')) throw error;
    throw new Fault('busy', `brick ${brick.brick} lacks the file; wait until it is healed and retry`, {
      cause: error,
    });
  }
}

export function toFile({ volume, brick }: Pick<BrickFile, 'volume' | 'brick'>) {
  return { volume, brick };
}
