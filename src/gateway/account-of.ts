import type { Provisioner } from './bricks/brick-store.ts';
import { imageBytes } from './bricks/image-size.ts';

/** Bytes that a brick for so many bytes of data takes from its device's account: the image, or the data itself. */
export function accountOf(provisioner: Provisioner, dataBytes: bigint): bigint {
  return provisioner === 'loop' ? imageBytes(dataBytes) : dataBytes;
}
