import type { Call } from '../../control/call.ts';
import type { IscsiVolumeInfoWire } from '../../glusterd2/iscsi-wire.ts';
import type { NamedBlockVolume } from '../block/locate.ts';
import { type BlockQuery, listHosted } from '../block/read-block-volumes.ts';
import type { GlusterBlockDeps } from './deps.ts';
import { toExportInfo } from './export-info.ts';
import { findExport } from './find-export.ts';

/** See `listHosted`. */
export async function listExports(
  deps: GlusterBlockDeps,
  query: BlockQuery,
  call: Call,
): Promise<readonly Omit<IscsiVolumeInfoWire, 'metadata'>[]> {
  await deps.command.requireInstalled();
  return (await listHosted(deps, query, call)).map(({ hosting, disk }) => {
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
