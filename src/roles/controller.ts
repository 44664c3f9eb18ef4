import { driverConfig, type FlagsOf, readConfigFile } from '../config.ts';
import { controllerServices } from '../csi/controller/controller-service.ts';
import { createBackend } from '../glusterd2/backend.ts';
import { serve } from '../grpc/server.ts';
import { serveTelemetry } from '../telemetry/http-endpoint.ts';
import { VERSION } from '../version.ts';
import { startPassingSweep } from '../volumes/passing-snapshot-sweep.ts';
import { csiAnswers } from './health.ts';
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
  const telemetry = await serveTelemetry({
    address: flags['http-address'],
    isHealthy: csiAnswers(flags.endpoint),
  });
  const server = await serve({ endpoint: flags.endpoint, services });
  const sweep = startPassingSweep(backends);
  return async () => {
    await sweep.stop();
    await server.stop();
    await Promise.all([...backends.values()].map((backend) => backend.close()));
    await telemetry.stop();
  };
}
