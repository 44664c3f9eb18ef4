import { driverConfig, type FlagsOf, readConfigFile } from '../config.ts';
import { nodeServices } from '../csi/node/node-service.ts';
import { Registration } from '../csi/registration/registration.ts';
import { serve } from '../grpc/server.ts';
import { createLinuxHost } from '../host/linux-host.ts';
import { readMounts } from '../host/mountinfo.ts';
import { mounterHost } from '../mounter/mounter-host.ts';
import { countMounts } from '../staging/count-mounts.ts';
import { allOf } from '../telemetry/health.ts';
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
  let registration: Registration | undefined;
  const telemetry = await serveTelemetry({
    address: flags['http-address'],
    isHealthy: allOf(csiAnswers(flags.endpoint), async () => registration?.isHealthy()),
  });
  const server = await serve({ endpoint: flags.endpoint, services });
  registration = await register(flags);
  return async () => {
    // First: kubelet is to send no more calls.
    await registration?.stop();
    await server.stop();
    await telemetry.stop();
  };
}

async function register(flags: FlagsOf<'node'>): Promise<Registration | undefined> {
  const { endpoint, 'driver-name': driverName, 'registration-directory': directory } = flags;
  if (directory === undefined) return undefined;
  return Registration.start({ directory, driverName, endpoint });
}
