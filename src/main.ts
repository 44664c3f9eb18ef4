import { randomUUID } from 'node:crypto';
import { driverConfig, gatewayConfig, type RoleFlags, readCommandLine, readConfigFile } from './config.ts';
import { isFault } from './control/fault.ts';
import { controllerServices } from './csi/controller/controller-service.ts';
import { nodeServices } from './csi/node/node-service.ts';
import { serve } from './csi/server.ts';
import { createBrickStore } from './gateway/bricks/create-brick-store.ts';
import { createGateway } from './gateway/gateway.ts';
import { createGluster } from './gateway/gluster-cli/create-gluster.ts';
import { createBackend } from './glusterd2/backend.ts';
import { createLinuxHost } from './host/linux-host.ts';
import { log } from './telemetry/log.ts';
import { VERSION } from './version.ts';

/**
 * The composition root: command line → configuration → adapters → servers → graceful stop.
 * Exit codes: 0 stopped as asked, 1 a failure, 2 the command line or a configuration file is wrong.
 */
type Flags<R extends RoleFlags['role']> = Extract<RoleFlags, { role: R }>['flags'];
/** Ends a role: takes no more work and finishes or undoes what is under way. */
type Stop = () => Promise<void>;

/** At boot, before glusterd: all bricks of a server that can be mounted are. */
const MOUNT_MS = 10 * 60_000;

async function startController(flags: Flags<'controller'>): Promise<Stop> {
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

async function startNode(flags: Flags<'node'>): Promise<Stop> {
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

async function startGateway(flags: Flags<'gateway'>): Promise<Stop> {
  const config = readConfigFile(flags.config, gatewayConfig);
  const gluster = createGluster({ parallelMutations: config.parallelMutations });
  const bricks = createBrickStore({ deviceRoots: config.deviceRoots });
  const gateway = createGateway(config, { gluster, bricks });
  await gateway.start();
  return () => gateway.stop();
}

/** The oneshot: mounts what can be mounted. A brick that cannot be is told of and must not hold up the boot. */
async function mountBricks(flags: Flags<'mount-bricks'>): Promise<Stop> {
  const config = readConfigFile(flags.config, gatewayConfig);
  const store = createBrickStore({ deviceRoots: config.deviceRoots });
  const failed = await store.mountAll({ id: randomUUID(), signal: AbortSignal.timeout(MOUNT_MS) });
  for (const brick of failed) log.error(brick, 'brick is not mounted');
  process.exit(failed.length === 0 ? 0 : 1);
}

function startRole(command: RoleFlags): Promise<Stop> {
  switch (command.role) {
    case 'controller':
      return startController(command.flags);
    case 'node':
      return startNode(command.flags);
    case 'gateway':
      return startGateway(command.flags);
    case 'mount-bricks':
      return mountBricks(command.flags);
  }
}

async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2), process.env);
  log.level = command.flags['log-level'];
  log.info({ role: command.role, version: VERSION, node: process.version }, 'starting');
  const stop = await startRole(command);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(signal, stop));
}

async function end(signal: string, stop: Stop): Promise<void> {
  log.info({ signal }, 'stopping');
  try {
    await stop();
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'could not stop in order');
    process.exit(1);
  }
}

main().catch((error: unknown) => {
  if (isFault(error, 'invalid')) {
    console.error(`gluster-csi: ${error.message}`);
    process.exit(2);
  }
  log.fatal({ err: error }, 'could not start');
  process.exit(1);
});
