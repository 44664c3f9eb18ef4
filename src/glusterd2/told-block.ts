import type { z } from 'zod';
import { Fault } from '../control/fault.ts';
import type {
  BlockPublication,
  BlockTarget,
  BlockVolume,
  PublishedBlock,
} from '../volumes/block/block-backend.ts';
import type { BlockProvider } from '../volumes/block/block-handle.ts';
import { isVolumeName } from '../volumes/ids.ts';
import { type BlockVolumeInfo, blockVolumeInfo, blockVolumeList } from './block-wire.ts';
import { type IscsiVolumeInfo, iscsiVolumeInfo, iscsiVolumeList } from './iscsi-wire.ts';

/** A block volume as servers tell of it. */
export type ToldBlock = BlockVolumeInfo | IscsiVolumeInfo;

export function replyOf(provider: BlockProvider): z.ZodType<ToldBlock> {
  return provider === 'virtblock' ? blockVolumeInfo : iscsiVolumeInfo;
}

export function listReplyOf(provider: BlockProvider): z.ZodType<readonly ToldBlock[]> {
  return provider === 'virtblock' ? blockVolumeList : iscsiVolumeList;
}

/** Undefined for one of a name that none of ours can have. */
export function toBlockVolume(info: ToldBlock, provider: BlockProvider): BlockVolume | undefined {
  const { name, hostingvolume: hosting, size, metadata, published } = info;
  if (!isVolumeName(name) || !isVolumeName(hosting)) return undefined;
  return { provider, hosting, name, capacityBytes: size, metadata, published: published.map(toPublication) };
}

/** Of the reply to a change, which may have been made. Throws `uncertain`. */
export function toKnown(info: ToldBlock, provider: BlockProvider): BlockVolume {
  const volume = toBlockVolume(info, provider);
  if (volume !== undefined) return volume;
  throw new Fault('uncertain', `the reply to block volume ${info.name} is of another; retry`);
}

/** Of the reply to a publish to this node: the one that tells where the disk is from now on. */
export function toPublished(info: ToldBlock, provider: BlockProvider, node: string): PublishedBlock {
  const target = toTarget(info);
  return {
    ...toKnown(info, provider),
    door: doorOf(info, node),
    ...(target === undefined ? {} : { target }),
  };
}

function doorOf({ published }: ToldBlock, node: string): string | undefined {
  const own = published.find((one) => one.node === node);
  return own !== undefined && 'door' in own ? own.door : undefined;
}

function toPublication(one: ToldBlock['published'][number]): BlockPublication {
  const { node: name, readonly: isReadonly } = one;
  return 'addresses' in one
    ? { name, addresses: one.addresses, isReadonly }
    : { name, addresses: [], initiator: one.initiator, isReadonly };
}

/** Undefined when a node could not find the disk by it. */
function toTarget(info: ToldBlock): BlockTarget | undefined {
  if (!('portals' in info)) return undefined;
  const { iqn, portals, lun, wwn } = info;
  return iqn === '' || wwn === '' || portals.length === 0 ? undefined : { iqn, portals, lun, wwn };
}
