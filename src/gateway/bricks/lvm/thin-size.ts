import { imageBytes } from '../image-size.ts';

const MIB = 1024n * 1024n;
/** LVM's default extent: all its sizes are multiples. */
export const EXTENT_BYTES = 4n * MIB;
const SMALLEST_METADATA = 8n * MIB;
/** dm-thin takes no more than 15.8 GiB. */
const LARGEST_METADATA = 15n * 1024n * MIB;

/**
 * Bytes of a device's account for a thin brick that takes `dataBytes`: its logical volume, and its part of the pool's
 * metadata. One brick's pool takes exactly this.
 */
export function thinAccount(dataBytes: bigint): bigint {
  const bytes = roundUp(imageBytes(dataBytes));
  return bytes + metadataFor(bytes);
}

/** Bytes of the logical volume, given its account: what `thinAccount` began with. */
export function thinBytes(account: bigint): bigint {
  let bytes = ((account - metadataFor(account)) / EXTENT_BYTES) * EXTENT_BYTES;
  while (bytes + EXTENT_BYTES + metadataFor(bytes + EXTENT_BYTES) <= account) bytes += EXTENT_BYTES;
  return bytes;
}

/** What the pool of a family needs, given all its accounts: every member can be written in full, however they differ. */
export function poolBytes(accounts: readonly bigint[]): { readonly data: bigint; readonly metadata: bigint } {
  const members = accounts.map(thinBytes);
  const metadata = members.reduce((sum, bytes) => sum + metadataFor(bytes), 0n);
  return {
    data: members.reduce((sum, bytes) => sum + bytes, 0n),
    metadata: metadata > LARGEST_METADATA ? LARGEST_METADATA : metadata,
  };
}

/**
 * Bytes of pool metadata for a logical volume. A chunk of 64 KiB takes at most 64 bytes (thin_metadata_size), 1/1024;
 * eight times that, as a pool whose metadata is full turns read-only.
 */
function metadataFor(bytes: bigint): bigint {
  const share = roundUp(bytes / 128n);
  return share < SMALLEST_METADATA ? SMALLEST_METADATA : share;
}

function roundUp(bytes: bigint): bigint {
  return ((bytes + EXTENT_BYTES - 1n) / EXTENT_BYTES) * EXTENT_BYTES;
}
