import { invalid } from '../control/fault.ts';
import type { VolumeCapability__Output } from '../grpc/generated/csi/v1/VolumeCapability.ts';
import { ACCESS_MODES, type AccessMode, type Capability, whyUnsupported } from '../volumes/capability.ts';

/** A well-formed capability, also one that is not served. Throws `invalid` when a required part is missing. */
export function decodeCapability(
  wire: VolumeCapability__Output | null,
  field = 'volume_capability',
): Capability {
  if (wire === null) throw invalid(field, 'is missing; it is required');
  // The type says text, but an unknown enum value arrives as a number.
  const mode: unknown = wire.accessMode?.mode;
  if (!isAccessMode(mode)) throw invalid(`${field}.access_mode`, `give one of ${ACCESS_MODES.join(', ')}`);
  return { mode, access: decodeAccess(wire, field) };
}

/** Well-formed capabilities, at least one. Throws `invalid`. */
export function decodeCapabilities(
  wire: readonly VolumeCapability__Output[],
  field = 'volume_capabilities',
): readonly Capability[] {
  if (wire.length === 0) throw invalid(field, 'is empty; at least one is required');
  return wire.map((one, index) => decodeCapability(one, `${field}[${index}]`));
}

/** Throws `invalid` with the reason when a capability is not served. */
export function requireSupported(
  capabilities: readonly Capability[],
  field = 'volume_capabilities',
  why = whyUnsupported,
): void {
  for (const [index, capability] of capabilities.entries()) {
    const reason = why(capability);
    if (reason !== undefined) throw invalid(`${field}[${index}]`, reason);
  }
}

function decodeAccess(wire: VolumeCapability__Output, field: string): Capability['access'] {
  if (wire.accessType === 'block') return { kind: 'block' };
  if (wire.accessType !== 'mount' || !wire.mount) {
    throw invalid(`${field}.access_type`, 'is missing; give mount or block');
  }
  const { fsType, mountFlags, volumeMountGroup } = wire.mount;
  return { kind: 'mount', fsType, mountFlags, mountGroup: volumeMountGroup };
}

function isAccessMode(mode: unknown): mode is AccessMode {
  return ACCESS_MODES.includes(mode as AccessMode);
}
