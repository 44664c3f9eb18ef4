import { type FlagsOf, gatewayConfig, readConfigFile } from '../config.ts';
import { createBrickStore } from '../gateway/bricks/create-brick-store.ts';
import { createGateway } from '../gateway/gateway.ts';
import { createGluster } from '../gateway/gluster-cli/create-gluster.ts';
import type { Stop } from './stop.ts';

/** glusterd2's REST API over this server's glusterd and devices. */
export async function startGateway(flags: FlagsOf<'gateway'>): Promise<Stop> {
  const config = readConfigFile(flags.config, gatewayConfig);
  const gluster = createGluster({ parallelMutations: config.parallelMutations });
  const bricks = createBrickStore({ deviceRoots: config.deviceRoots });
  const gateway = createGateway(config, { gluster, bricks });
  await gateway.start();
  return () => gateway.stop();
}
