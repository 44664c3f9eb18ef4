import { type FlagsOf, readKubernetesAddress } from '../config.ts';
import { Fault } from '../control/fault.ts';
import { serve } from '../grpc/server.ts';
import { createClientCgroups } from '../host/client-cgroup.ts';
import { nativeProgram } from '../host/native-program.ts';
import { createRemount } from '../host/remount.ts';
import { run } from '../host/run.ts';
import { createEvents } from '../kubernetes/events.ts';
import { Claims } from '../mounter/claims.ts';
import { createLinuxMachine } from '../mounter/linux-machine.ts';
import { mounterService } from '../mounter/mounter-service.ts';
import { readNewestClientId } from '../mounter/newest-client-id.ts';
import { createReport } from '../mounter/tell.ts';
import { createWatch } from '../mounter/watch.ts';
import { serveTelemetry } from '../telemetry/http-endpoint.ts';
import { log } from '../telemetry/log.ts';
import { mounterAnswers } from './health.ts';
import type { Stop } from './stop.ts';

const VERSION_MS = 10_000;
/** The clients are looked at every two seconds. */
const LOOK_IS_LATE_MS = 30_000;

/** The keeper of this machine's Gluster clients. They outlive it. */
export async function startMounter(flags: FlagsOf<'mounter'>): Promise<Stop> {
  const clientId = flags['client-id'] ?? (await readClientVersion());
  log.info({ clientId }, 'starting clients of');
  const newest = flags['newest-client-id-file'];
  const events = createEvents({
    address: readKubernetesAddress(),
    nodeName: flags['node-name'],
    component: 'gluster-csi-mounter',
  });
  const context = {
    machine: createLinuxMachine({
      directory: flags.directory,
      cgroups: cgroupsIn(flags['cgroup-directory']),
      remount: createRemount({ program: nativeProgram('remount') }),
    }),
    clientId,
    ...(newest === undefined ? {} : { newestClientId: readNewestClientId(newest) }),
    claims: new Claims(),
    report: createReport(events),
  };
  const watch = createWatch(context);
  const telemetry = await serveTelemetry({
    address: flags['http-address'],
    isHealthy: async () => (await mounterAnswers(flags.endpoint)()) ?? latenessOf(watch.ageMs()),
  });
  const server = await serve({ endpoint: flags.endpoint, services: [mounterService(context)] });
  watch.start();
  return async () => {
    await Promise.all([server.stop(), watch.stop()]);
    await events.stop();
    await telemetry.stop();
  };
}

function cgroupsIn(directory: string | undefined) {
  if (directory !== undefined) return createClientCgroups({ directory, program: nativeProgram('in-cgroup') });
  log.warn('no --cgroup-directory: the clients end with this container');
  return undefined;
}

function latenessOf(ageMs: number): string | undefined {
  if (ageMs <= LOOK_IS_LATE_MS) return undefined;
  return `the clients were last looked at ${Math.round(ageMs / 1000)} s ago`;
}

async function readClientVersion(): Promise<string> {
  const { stdout } = await run('glusterfs', ['--version'], { timeoutMs: VERSION_MS });
  const [line = ''] = stdout.split('\n');
  if (line === '') throw new Fault('unreachable', 'glusterfs --version says nothing; give --client-id');
  return line;
}
