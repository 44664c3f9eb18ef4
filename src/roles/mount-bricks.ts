import { randomUUID } from 'node:crypto';
import { type FlagsOf, gatewayConfig, readConfigFile } from '../config.ts';
import { createBrickStore } from '../gateway/bricks/create-brick-store.ts';
import { log } from '../telemetry/log.ts';
import { toStoreOptions } from './store-options.ts';

const MOUNT_MS = 10 * 60_000;

/**
 * The oneshot at boot, before glusterd: mounts what can be mounted. Resolves false when a brick could not be;
 * it is told of in the log and holds up none of the others.
 */
export async function mountBricks(flags: FlagsOf<'mount-bricks'>): Promise<boolean> {
  const config = readConfigFile(flags.config, gatewayConfig);
  const store = createBrickStore(toStoreOptions(config));
  const failed = await store.mountAll({ id: randomUUID(), signal: AbortSignal.timeout(MOUNT_MS) });
  for (const brick of failed) log.error(brick, 'brick is not mounted');
  return failed.length === 0;
}
