import { invalid } from '../../control/fault.ts';
import type { VolumeCapability__Output } from '../../grpc/generated/csi/v1/VolumeCapability.ts';
import type { NodeVolume } from '../../staging/node-volume.ts';
import { type AccessMode, isReaderMode, whyNotReader } from '../../volumes/capability.ts';
import { parseMountFlags } from '../../volumes/mount-flags.ts';
import { decodeCapability, requireSupported } from '../decode-capability.ts';

/** How a node is to mount a volume. */
export interface Usage {
  readonly mode: AccessMode;
  readonly isReader: boolean;
  /** Mount options, checked. */
  readonly options: readonly string[];
}

const FIELD = 'volume_capability';

/** A required capability that is served. Throws `invalid`. */
export function decodeUsage(wire: VolumeCapability__Output | null): Usage {
  const { mode, access } = decodeCapability(wire, FIELD);
  requireSupported([{ mode, access }], FIELD);
  if (access.kind !== 'mount') throw invalid(FIELD, 'ask for mount access');
  const options = parseMountFlags(access.mountFlags, `${FIELD}.mount.mount_flags`);
  return { mode, isReader: isReaderMode(mode), options };
}

/** The options to mount this volume with: a view of a snapshot has readers only. Throws `invalid`. */
export function optionsFor({ isView }: NodeVolume, { mode, options }: Usage): readonly string[] {
  if (isView !== true) return options;
  const reason = whyNotReader(mode);
  if (reason !== undefined) throw invalid(`${FIELD}.access_mode`, reason);
  return forReaders(options);
}

/** The options, with read-only. */
export function forReaders(options: readonly string[]): readonly string[] {
  return [...options.filter((one) => one !== 'ro' && one !== 'rw'), 'ro'];
}
