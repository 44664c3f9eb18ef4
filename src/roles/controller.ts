import { driverConfig, type FlagsOf, readConfigFile } from '../config.ts';
import { blockControllerServices } from '../csi/block-controller/block-controller-service.ts';
import { controllerServices } from '../csi/controller/controller-service.ts';
import { createBackend, type RestBackend } from '../glusterd2/backend.ts';
import { type RunningServer, serve } from '../grpc/server.ts';
import { serveTelemetry } from '../telemetry/http-endpoint.ts';
import { VERSION } from '../version.ts';
import type { ClusterName } from '../volumes/ids.ts';
import { startPassingSweep } from '../volumes/passing-snapshot-sweep.ts';
import { driversAnswer } from './health.ts';
import type { Stop } from './stop.ts';

/** CSI's Identity and Controller, over the clusters' gateways; of the block driver too when it has an endpoint. */
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
    isHealthy: driversAnswer(flags),
  });
  const server = await serve({ endpoint: flags.endpoint, services });
  const blockServer = await serveBlock(flags, backends);
  const sweep = startPassingSweep(backends);
  return async () => {
    await sweep.stop();
    await Promise.all([server.stop(), blockServer?.stop()]);
    await Promise.all([...backends.values()].map((backend) => backend.close()));
    await telemetry.stop();
  };
}

function serveBlock(
  { 'block-endpoint': endpoint, 'block-driver-name': driverName }: FlagsOf<'controller'>,
  backends: ReadonlyMap<ClusterName, RestBackend>,
): Promise<RunningServer> | undefined {
  if (endpoint === undefined) return undefined;
  const clusters = new Map([...backends].map(([name, { block }]) => [name, block]));
  return serve({ endpoint, services: blockControllerServices({ clusters, driverName, version: VERSION }) });
}
