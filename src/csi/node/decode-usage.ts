import { invalid } from '../../control/fault.ts';
import type { VolumeCapability__Output } from '../../grpc/generated/csi/v1/VolumeCapability.ts';
import type { AccessMode } from '../../volumes/capability.ts';
import { parseMountFlags } from '../../volumes/mount-flags.ts';
import { decodeCapability, requireSupported } from '../decode-capability.ts';

/** How a node is to mount a volume. */
export interface Usage {
  readonly mode: AccessMode;
  readonly isReader: boolean;
  /** Mount options, checked. */
  readonly options: readonly string[];
}

const READER_MODES: readonly AccessMode[] = ['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'];
const FIELD = 'volume_capability';

/** A required capability that is served. Throws `invalid`. */
export function decodeUsage(wire: VolumeCapability__Output | null): Usage {
  const { mode, access } = decodeCapability(wire, FIELD);
  requireSupported([{ mode, access }], FIELD);
  if (access.kind !== 'mount') throw invalid(FIELD, 'ask for mount access');
  const options = parseMountFlags(access.mountFlags, `${FIELD}.mount.mount_flags`);
  return { mode, isReader: READER_MODES.includes(mode), options };
}
