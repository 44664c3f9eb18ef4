import { invalid } from '../control/fault.ts';
import type { CapacityRange__Output } from '../grpc/generated/csi/v1/CapacityRange.ts';
import type { CapacityRange } from '../volumes/capacity-range.ts';

const MAX_NAME_BYTES = 128;
/** By the CSI specification: control characters other than tab, newline and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const BANNED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** A required name: 1 to 128 bytes without control characters. Throws `invalid`. */
export function decodeName(name: string, field = 'name'): string {
  if (name === '') throw invalid(field, 'is missing; it is required');
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw invalid(field, `is longer than ${MAX_NAME_BYTES} bytes`);
  if (BANNED.test(name)) throw invalid(field, 'holds control characters; leave them out');
  return name;
}

/** A required id, as it came: whether it is one of ours is for the lookup to say. Throws `invalid` when it is empty. */
export function decodeVolumeId(volumeId: string, field = 'volume_id'): string {
  if (volumeId === '') throw invalid(field, 'is missing; it is required');
  return volumeId;
}

/** An int64 arrives as text, exact. */
export function decodeRange(wire: CapacityRange__Output | null): CapacityRange {
  return { requiredBytes: BigInt(wire?.requiredBytes ?? 0), limitBytes: BigInt(wire?.limitBytes ?? 0) };
}

/** Entries in one reply at most, so that it stays far below gRPC's 4 MiB. */
const PAGE = 1000;

/** `max_entries` of a listing; 0 is "as many as fit". Throws `invalid`. */
export function decodeLimit(maxEntries: number): number {
  if (maxEntries < 0) throw invalid('max_entries', 'is negative; give 0 or more');
  return maxEntries === 0 ? PAGE : Math.min(maxEntries, PAGE);
}
