import type { GatewayConfig } from '../config.ts';
import type { BrickStoreOptions } from '../gateway/bricks/create-brick-store.ts';

/** Where this server's bricks may lie. */
export function toStoreOptions({ deviceRoots, lvm }: GatewayConfig): BrickStoreOptions {
  return { deviceRoots, ...(lvm === undefined ? {} : { lvm }) };
}
