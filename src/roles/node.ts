import { driverConfig, type FlagsOf, readConfigFile } from '../config.ts';
import { nodeServices } from '../csi/node/node-service.ts';
import { serve } from '../grpc/server.ts';
import { createLinuxHost } from '../host/linux-host.ts';
import { readMounts } from '../host/mountinfo.ts';
import { mounterHost } from '../mounter/mounter-host.ts';
import { countMounts } from '../staging/count-mounts.ts';
import { serveTelemetry } from '../telemetry/http-endpoint.ts';
import { reportMounts } from '../telemetry/metrics.ts';
import { VERSION } from '../version.ts';
import { csiAnswers } from './health.ts';
import type { Stop } from './stop.ts';

/** CSI's Identity and Node, over this machine's mounts. */
export async function startNode(flags: FlagsOf<'node'>): Promise<Stop> {
  const { clusters, inline } = readConfigFile(flags.config, driverConfig);
  const services = nodeServices({
    host: flags.mounter === undefined ? createLinuxHost() : mounterHost(createLinuxHost(), flags.mounter),
    clusters,
    nodeId: flags['node-id'],
    maxVolumes: flags['max-volumes'],
    inline: inline.allow,
    driverName: flags['driver-name'],
    version: VERSION,
  });
  reportMounts(async () => countMounts(await readMounts(), flags['driver-name']));
  const telemetry = await serveTelemetry({
    address: flags['http-address'],
    isHealthy: csiAnswers(flags.endpoint),
  });
  const server = await serve({ endpoint: flags.endpoint, services });
  return async () => {
    await server.stop();
    await telemetry.stop();
  };
}
