import type { Call } from '../../control/call.ts';
import type { IscsiVolumeInfoWire } from '../../glusterd2/iscsi-wire.ts';
import { lookEverywhere, type NamedBlockVolume } from '../block/locate.ts';
import type { BlockQuery } from '../block/read-block-volumes.ts';
import type { GlusterBlockDeps } from './deps.ts';
import { toExportInfo } from './export-info.ts';
import { findExport } from './find-export.ts';

/** In order of name. Throws `unreachable` when a hosting volume does not answer: a list without its own would lie. */
export async function listExports(
  deps: GlusterBlockDeps,
  { hostingvolume, after = '', limit }: BlockQuery,
  call: Call,
): Promise<readonly Omit<IscsiVolumeInfoWire, 'metadata'>[]> {
  await deps.command.requireInstalled();
  const { found, silent } = await lookEverywhere(deps, { only: hostingvolume }, call);
  if (silent !== undefined) throw silent;
  return found
    .flatMap(({ hosting, disks }) => disks.map((disk) => ({ hosting, disk })))
    .filter(({ disk }) => disk.name > after && !disk.name.startsWith('.'))
    .toSorted((one, other) => (one.disk.name < other.disk.name ? -1 : 1))
    .slice(0, limit)
    .map(({ hosting, disk }) => {
      const { metadata: _, ...info } = toExportInfo(hosting, disk);
      return info;
    });
}

/** Throws `not-found`, `unreachable`. */
export async function getExport(
  deps: GlusterBlockDeps,
  name: NamedBlockVolume,
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  await deps.command.requireInstalled();
  const { hosting, found } = await findExport(deps, name, call);
  return toExportInfo(hosting, found);
}
