import { driverConfig, type FlagsOf, readConfigFile } from '../config.ts';
import { Fault } from '../control/fault.ts';
import { blockNodeServices } from '../csi/block-node/block-node-service.ts';
import { nodeServices } from '../csi/node/node-service.ts';
import { Registration } from '../csi/registration/registration.ts';
import { type RunningServer, serve } from '../grpc/server.ts';
import { startIscsid } from '../host/iscsi.ts';
import { createLinuxBlockHost } from '../host/linux-block-host.ts';
import { createLinuxIscsiHost } from '../host/linux-iscsi-host.ts';
import { readMounts } from '../host/mountinfo.ts';
import { sourceAddresses } from '../host/source-addresses.ts';
import { mounterHost } from '../mounter/mounter-host.ts';
import type { BlockContext } from '../staging/block/block-volume.ts';
import { countMounts } from '../staging/count-mounts.ts';
import type { NodeCluster } from '../staging/node-volume.ts';
import { allOf } from '../telemetry/health.ts';
import { serveTelemetry } from '../telemetry/http-endpoint.ts';
import { log } from '../telemetry/log.ts';
import { reportMounts } from '../telemetry/metrics.ts';
import { VERSION } from '../version.ts';
import { driversAnswer } from './health.ts';
import type { Stop } from './stop.ts';

/** CSI's Identity and Node, over this machine's mounts; of the block driver too when it has an endpoint. */
export async function startNode(flags: FlagsOf<'node'>): Promise<Stop> {
  const { clusters, inline } = readConfigFile(flags.config, driverConfig);
  const own = createLinuxBlockHost();
  const host = flags.mounter === undefined ? own : mounterHost(own, flags.mounter);
  const services = nodeServices({
    host,
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
    // Not the block driver's registration: a storage server's kubelet is refused it, and serves files all the same.
    isHealthy: allOf(driversAnswer(flags), async () => registration?.isHealthy()),
  });
  const server = await serve({ endpoint: flags.endpoint, services });
  const blockServer = await serveBlock(flags, { host, clusters, maxVolumes: flags['max-volumes'] });
  registration = await register(flags, flags.endpoint, flags['driver-name']);
  const block = await register(flags, flags['block-endpoint'], flags['block-driver-name']);
  return async () => {
    // First: kubelet is to send no more calls.
    await Promise.all([registration?.stop(), block?.stop()]);
    await Promise.all([server.stop(), blockServer?.stop()]);
    await telemetry.stop();
  };
}

async function register(
  { 'registration-directory': directory }: FlagsOf<'node'>,
  endpoint: string | undefined,
  driverName: string,
): Promise<Registration | undefined> {
  if (directory === undefined || endpoint === undefined) return undefined;
  return Registration.start({ directory, driverName, endpoint });
}

async function serveBlock(flags: FlagsOf<'node'>, context: BlockContext): Promise<RunningServer | undefined> {
  const { 'block-endpoint': endpoint, 'block-driver-name': driverName, 'node-id': nodeName } = flags;
  if (endpoint === undefined) return undefined;
  const addresses = () => addressesFor(context.clusters);
  const { iscsid, 'iscsi-database': database, 'host-namespaces': namespaces } = flags;
  // Now, and not with the first login: the sessions of the container before this one have nobody who reconnects them.
  if (iscsid === 'own') await startIscsid().catch((error: unknown) => log.warn({ err: error }, 'no iscsid'));
  const place = namespaces === undefined ? { iscsid, database } : { iscsid, database, namespaces };
  const iscsi = createLinuxIscsiHost(place);
  const node = { ...context, iscsi, nodeName, addresses };
  const services = blockNodeServices({ ...node, driverName, version: VERSION });
  return serve({ endpoint, services });
}

/** Those by which all clusters know this node. Throws `unreachable`: a node that one does not know is none of its; `wrong-state` on a storage server. */
async function addressesFor(clusters: readonly NodeCluster[]): Promise<readonly string[]> {
  const found = await Promise.all(
    clusters.map(async ({ name, servers }) => ({ name, from: await sourceAddresses(servers) })),
  );
  const lost = found.find(({ from }) => from.length === 0);
  if (lost === undefined) return [...new Set(found.flatMap(({ from }) => from))];
  throw new Fault(
    'unreachable',
    `no server of cluster ${lost.name} has a name that resolves and a route from this node`,
  );
}
