import type { AddressInfo } from 'node:net';
import { type FlagsOf, gatewayConfig, readConfigFile } from '../config.ts';
import { KeyedQueues } from '../control/queues.ts';
import { Semaphore } from '../control/semaphore.ts';
import { brickAllows } from '../gateway/block/ask-brick.ts';
import { createBrickFiles } from '../gateway/block/local-brick-files.ts';
import { createHostingMounts, seenAs } from '../gateway/block/mount-hosting.ts';
import { mountedDisks } from '../gateway/block/mounted-disks.ts';
import { createStores } from '../gateway/bricks/create-brick-store.ts';
import { createGateway } from '../gateway/gateway.ts';
import { mountedExports } from '../gateway/gluster-block/mounted-exports.ts';
import { createGlusterBlock } from '../gateway/gluster-block/run-gluster-block.ts';
import { createGluster } from '../gateway/gluster-cli/create-gluster.ts';
import { createLinuxExports } from '../gateway/lio/linux-exports.ts';
import { mountedLioDisks } from '../gateway/lio/lio-disks.ts';
import { createClientCgroups } from '../host/client-cgroup.ts';
import { createFreezer } from '../host/freeze.ts';
import { nativeProgram } from '../host/native-program.ts';
import { serveTelemetry } from '../telemetry/http-endpoint.ts';
import { accepts } from './health.ts';
import type { Stop } from './stop.ts';
import { toStoreOptions } from './store-options.ts';

/** Bricks that have not taken up a change of access by then have lost their glusterd, as a rule. */
const CONFIRM_MS = 15_000;

/** glusterd2's REST API over this server's glusterd and devices. */
export async function startGateway(flags: FlagsOf<'gateway'>): Promise<Stop> {
  const config = readConfigFile(flags.config, gatewayConfig);
  const gluster = createGluster({ parallelMutations: config.parallelMutations });
  const cgroups = createClientCgroups({
    directory: config.cgroupDirectory,
    program: nativeProgram('in-cgroup'),
  });
  // The watchdog of a freeze must outlive this service: systemd ends what is left in its cgroup.
  const freezer = createFreezer({ program: nativeProgram('freeze'), cgroups });
  const snapshotsPerVolume = config.snapshots.perVolume;
  const stores = createStores({ ...toStoreOptions(config), freezer, snapshotsPerVolume });
  const mounts = createHostingMounts(config);
  const disks = seenAs(mounts, mountedDisks);
  const files = createBrickFiles({ ...stores, mounts: disks, program: nativeProgram('brick-file') });
  const shared = { brickAllows, confirmMs: CONFIRM_MS, rooms: new KeyedQueues() };
  const block = { mounts: disks, files, ...shared, making: new Semaphore(1) };
  const command = createGlusterBlock();
  const glusterBlock = { mounts: seenAs(mounts, mountedExports), ...shared, command };
  const machine = createLinuxExports({ cgroups, ...config.block });
  const lio = { ...block, mounts: seenAs(mounts, mountedLioDisks), making: new Semaphore(1), machine };
  const gateway = createGateway(config, { gluster, ...stores, block, glusterBlock, lio });
  let listening: AddressInfo | undefined;
  const telemetry = await serveTelemetry({
    address: flags['http-address'],
    isHealthy: accepts(() => listening),
  });
  listening = await gateway.start();
  return async () => {
    await gateway.stop();
    await telemetry.stop();
  };
}
