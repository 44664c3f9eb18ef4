import { Fault, invalid } from '../../control/fault.ts';
import type { VolumeCapability__Output } from '../../grpc/generated/csi/v1/VolumeCapability.ts';
import type { BlockAccess, BlockVolume, StagedUse } from '../../staging/block/block-volume.ts';
import type { LunUse, LunVolume } from '../../staging/iscsi/lun-volume.ts';
import { fsTypeOf, whyNotBlock } from '../../volumes/block/block-capability.ts';
import { BLOCK_HANDLE_FORM, parseBlockHandle, providerOf } from '../../volumes/block/block-handle.ts';
import { parseBlockMountFlags } from '../../volumes/block/block-mount-flags.ts';
import { type AccessMode, type Capability, isReaderMode } from '../../volumes/capability.ts';
import { decodeVolumeId } from '../decode.ts';
import { decodeCapability, requireSupported } from '../decode-capability.ts';
import { decodePath } from '../node/decode-path.ts';
import { parsePublishContext, parsePublishedLun } from '../publish-context.ts';

const FIELD = 'volume_capability';

/** A volume by the way in which its disk comes to the node: a file that is mounted, or a LUN over iSCSI. */
export type KnownBlock =
  | { readonly kind: 'file'; readonly volume: BlockVolume }
  | { readonly kind: 'lun'; readonly volume: LunVolume };

/** A required volume id. Undefined when it is none of ours: no such volume can be here. Throws `invalid`. */
export function findBlock(volumeId: string): KnownBlock | undefined {
  const id = decodeVolumeId(volumeId);
  const handle = parseBlockHandle(id);
  if (handle === undefined) return undefined;
  const { provider, cluster, hosting, name } = handle;
  if (provider !== 'virtblock') return { kind: 'lun', volume: { id } };
  return { kind: 'file', volume: { id, cluster, name: hosting, directory: name, hasDoors: true } };
}

/** The same where the volume has to exist. Throws `not-found` too. */
export function getBlock(volumeId: string): KnownBlock {
  const volume = findBlock(volumeId);
  if (volume !== undefined) return volume;
  throw new Fault(
    'not-found',
    `volume ${volumeId.slice(0, 128)} is not known; its id must be ${BLOCK_HANDLE_FORM}`,
  );
}

export interface BlockUsage {
  readonly mode: AccessMode;
  readonly access: BlockAccess;
}

/** A required capability that is served for this volume. Throws `invalid`. */
export function decodeBlockUsage(wire: VolumeCapability__Output | null, volumeId: string): BlockUsage {
  const capability = decodeCapability(wire, FIELD);
  requireSupported([capability], FIELD, whyNotBlock(providerOf(volumeId)));
  return { mode: capability.mode, access: toAccess(capability) };
}

function toAccess(capability: Capability): BlockAccess {
  const fsType = fsTypeOf(capability);
  if (capability.access.kind === 'block' || fsType === undefined) return { kind: 'block' };
  const options = parseBlockMountFlags(capability.access.mountFlags, `${FIELD}.mount.mount_flags`);
  return { kind: 'mount', fsType, options };
}

interface StagedWire {
  readonly volumeId: string;
  readonly publishContext: Readonly<Record<string, string>>;
}

/** How a volume is staged, by the way in which its disk comes. */
export type KnownUse =
  | { readonly kind: 'file'; readonly use: StagedUse }
  | { readonly kind: 'lun'; readonly use: LunUse };

/**
 * How a volume is staged, whether that is asked for by a stage or a publish. Throws `invalid`, `not-found`,
 * `wrong-state`.
 */
export function toStagedUse(
  { volumeId, publishContext }: StagedWire,
  { mode, access }: BlockUsage,
  stagingPath: string,
): KnownUse {
  const { isReadonly, door } = parsePublishContext(publishContext);
  const use = { stagingPath, access, isReadonly: isReadonly || isReaderMode(mode) };
  // Last: csi-sanity wants a malformed request to be told from one for a volume that is not there.
  const { kind, volume } = getBlock(volumeId);
  if (kind === 'file') return { kind, use: { ...use, volume, door } };
  const { bytes, ...lun } = parsePublishedLun(publishContext);
  return { kind, use: { ...use, volume, lun, bytes } };
}

/** The specification has its own code for a missing one: the caller skipped a step. */
export function decodeStagingPath(path: string): string {
  if (path !== '') return decodePath(path, 'staging_target_path');
  throw new Fault('wrong-state', 'staging_target_path: is missing; stage the volume first and give its path');
}

/** A target of its own. Throws `invalid`. */
export function decodeTarget(path: string, stagingPath: string): string {
  const target = decodePath(path, 'target_path');
  if (target !== stagingPath && !target.startsWith(`${stagingPath}/`)) return target;
  throw invalid('target_path', 'is the staging path, or below it; give another one');
}
