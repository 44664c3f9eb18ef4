import { driverConfig, type FlagsOf, readConfigFile } from '../config.ts';
import { controllerServices } from '../csi/controller/controller-service.ts';
import { createBackend } from '../glusterd2/backend.ts';
import { serve } from '../grpc/server.ts';
import { VERSION } from '../version.ts';
import type { Stop } from './stop.ts';

/** CSI's Identity and Controller, over the clusters' gateways. */
export async function startController(flags: FlagsOf<'controller'>): Promise<Stop> {
  const { clusters } = readConfigFile(flags.config, driverConfig);
  const backends = new Map(clusters.map((cluster) => [cluster.name, createBackend(cluster)]));
  const services = controllerServices({
    clusters: backends,
    driverName: flags['driver-name'],
    version: VERSION,
  });
  const server = await serve({ endpoint: flags.endpoint, services });
  return async () => {
    await server.stop();
    await Promise.all([...backends.values()].map((backend) => backend.close()));
  };
}
