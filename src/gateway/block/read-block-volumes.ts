import type { Call } from '../../control/call.ts';
import type { BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { toBlockInfo } from './block-info.ts';
import type { BlockDeps, HostingDeps } from './deps.ts';
import type { HostedDisk } from './hosting-mounts.ts';
import { locate, lookEverywhere } from './locate.ts';

export interface BlockQuery {
  readonly hostingvolume: string | undefined;
  /** Only names after this one, by code unit. */
  readonly after: string | undefined;
  readonly limit: number | undefined;
}

/** A block volume of any provider where it lies. */
export interface ListedBlock<Disk extends HostedDisk> {
  readonly hosting: GlusterVolume;
  readonly disk: Disk;
}

/**
 * In order of name; one with a dot before its name is nobody's. Throws `unreachable` when a hosting volume does not
 * answer: a list without its own would lie.
 */
export async function listHosted<Disk extends HostedDisk>(
  deps: HostingDeps<Disk>,
  { hostingvolume, after = '', limit }: BlockQuery,
  call: Call,
): Promise<readonly ListedBlock<Disk>[]> {
  const { found, silent } = await lookEverywhere(deps, { only: hostingvolume }, call);
  if (silent !== undefined) throw silent;
  return found
    .flatMap(({ hosting, disks }) => disks.map((disk) => ({ hosting, disk })))
    .filter(({ disk }) => disk.name > after && !disk.name.startsWith('.'))
    .toSorted((one, other) => (one.disk.name < other.disk.name ? -1 : 1))
    .slice(0, limit);
}

/** See `listHosted`. */
export async function listBlockVolumes(
  deps: BlockDeps,
  query: BlockQuery,
  call: Call,
): Promise<readonly BlockVolumeInfoWire[]> {
  return (await listHosted(deps, query, call)).map(({ hosting, disk }) => toBlockInfo(hosting, disk));
}

/** Throws `not-found`, `unreachable`. */
export async function getBlockVolume(
  deps: BlockDeps,
  name: string,
  hostingvolume: string | undefined,
  call: Call,
): Promise<BlockVolumeInfoWire> {
  const { hosting, disk } = await locate(deps, name, hostingvolume, call);
  const metadata = await deps.mounts.use(hosting.name, (disks) => disks.metadata(name, call), call);
  return toBlockInfo(hosting, disk, metadata ?? {});
}
