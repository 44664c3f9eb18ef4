import type { Call } from '../../control/call.ts';
import type { BlockUsage } from '../block/block-stats.ts';
import { findLunAt } from './find-lun.ts';
import type { LunContext, LunVolume } from './lun-volume.ts';

/** As `blockStats` of a virtblock volume. */
export async function lunStats(
  context: LunContext,
  place: { readonly volume: LunVolume; readonly path: string },
  call: Call,
): Promise<BlockUsage> {
  const { content, map } = await findLunAt(context, place, call);
  if (content.fileSystem === undefined) return { kind: 'block', totalBytes: map.bytes };
  return { kind: 'mount', usage: await context.iscsi.usage(content.target, call) };
}
