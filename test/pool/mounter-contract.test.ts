import { parseMountinfo } from '../../src/host/mountinfo.ts';
import { hostContract } from '../contract/host.ts';
import { remoteHost } from '../contract/host-remote.ts';
import type { HostSubject } from '../contract/host-subject.ts';
import { DEVICE_ROOT } from './lab/gluster-server.ts';
import type { Machine } from './lab/machine.ts';
import { signalClient, touch, upWorkerLab, VOLUMES, WORK_FOLDER } from './lab/worker-host.ts';

const SIGNALS = { killed: 'KILL', suspended: 'STOP', resumed: 'CONT' } as const;
const DIRECTORY = '/srv/plugin';

hostContract('the Linux host with a mounter', async (): Promise<HostSubject> => {
  const { lab, worker, servers } = await upWorkerLab({ name: 'mounter-contract' });
  await worker.must(['mkdir', DIRECTORY]);
  const { host, [Symbol.asyncDispose]: end } = remoteHost((inside) => worker.argv([...inside, DIRECTORY]));
  return {
    host,
    folder: WORK_FOLDER,
    servers,
    volumes: VOLUMES,
    bricks: [`${DEVICE_ROOT}/disk1/${VOLUMES[0]}`],
    writeFile: (path) => touch(worker, path),
    setClient: async (target, state) =>
      signalClient(worker, await clientBehind(worker, target), SIGNALS[state]),
    setVolume: async (name, state) => {
      await lab.server(1).mustGluster(['volume', state === 'started' ? 'start' : 'stop', name]);
    },
    async [Symbol.asyncDispose]() {
      await end();
      await lab.down();
    },
  };
});

/** The mount point of the client whose file system is bound at the target. */
async function clientBehind(worker: Machine, target: string): Promise<string> {
  const mounts = parseMountinfo(await worker.must(['cat', '/proc/self/mountinfo']));
  const device = mounts.findLast((mount) => mount.target === target)?.device;
  const client = mounts.find((mount) => mount.device === device && mount.target.startsWith(DIRECTORY));
  if (client === undefined) throw new Error(`no client is bound at ${target}`);
  return client.target;
}
