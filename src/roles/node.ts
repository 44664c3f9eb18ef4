import { driverConfig, type FlagsOf, readConfigFile } from '../config.ts';
import { nodeServices } from '../csi/node/node-service.ts';
import { serve } from '../grpc/server.ts';
import { createLinuxHost } from '../host/linux-host.ts';
import { VERSION } from '../version.ts';
import type { Stop } from './stop.ts';

/** CSI's Identity and Node, over this machine's mounts. */
export async function startNode(flags: FlagsOf<'node'>): Promise<Stop> {
  const { clusters } = readConfigFile(flags.config, driverConfig);
  const services = nodeServices({
    host: createLinuxHost(),
    clusters,
    nodeId: flags['node-id'],
    maxVolumes: flags['max-volumes'],
    driverName: flags['driver-name'],
    version: VERSION,
  });
  const server = await serve({ endpoint: flags.endpoint, services });
  return () => server.stop();
}
