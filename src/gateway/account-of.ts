import type { Provisioner } from './bricks/brick-store.ts';
import { imageBytes } from './bricks/image-size.ts';
import { thinAccount } from './bricks/lvm/thin-size.ts';

/** Bytes that a brick for so many bytes of data takes from its device's account: the image, the thin volume, or the data itself. */
export function accountOf(provisioner: Provisioner, dataBytes: bigint): bigint {
  if (provisioner === 'directory') return dataBytes;
  return provisioner === 'loop' ? imageBytes(dataBytes) : thinAccount(dataBytes);
}
