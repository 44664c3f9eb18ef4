import { type HostSubject, hostContract } from '../contract/host.ts';
import { remoteHost } from '../contract/host-remote.ts';
import { DEVICE_ROOT } from './lab/gluster-server.ts';
import { Lab } from './lab/lab.ts';
import type { Machine } from './lab/machine.ts';

const FOLDER = '/srv/work';
const SIGNALS = { killed: 'KILL', suspended: 'STOP', resumed: 'CONT' } as const;
const VOLUMES = ['one', 'two'] as const;

hostContract('the Linux host', async (): Promise<HostSubject> => {
  const lab = await Lab.up({ name: 'host', servers: 1, workers: 1, disksPerServer: 1, diskBytes: 1024 ** 3 });
  const server = lab.server(1);
  const worker = lab.worker(1);
  for (const name of VOLUMES) {
    await server.mustGluster(['volume', 'create', name, `${server.name}:${DEVICE_ROOT}/disk1/${name}`]);
    await server.mustGluster(['volume', 'start', name]);
  }
  await worker.must(['mount', '-t', 'tmpfs', 'tmpfs', '/srv']);
  await worker.must(['mkdir', FOLDER]);
  const { host, [Symbol.asyncDispose]: end } = remoteHost((inside) => worker.argv(inside));
  return {
    host,
    folder: FOLDER,
    // The second has no glusterd: the first is asked in its stead.
    servers: [server.name, worker.name],
    volumes: VOLUMES,
    writeFile: (path) => writeFile(worker, path),
    setClient: (target, state) => signalClient(worker, target, SIGNALS[state]),
    setVolume: async (name, state) => {
      await server.mustGluster(['volume', state === 'started' ? 'start' : 'stop', name]);
    },
    async [Symbol.asyncDispose]() {
      await end();
      await lab.down();
    },
  };
});

async function writeFile(worker: Machine, path: string): Promise<boolean> {
  const { exitCode, stderr } = await worker.exec(['touch', path]);
  if (exitCode === 0) return true;
  if (stderr.includes('Read-only file system')) return false;
  throw new Error(stderr);
}

async function signalClient(worker: Machine, target: string, signal: string): Promise<void> {
  const listed = await worker.must(['pgrep', '-a', '-x', 'glusterfs']);
  const pid = listed
    .split('\n')
    .find((line) => line.endsWith(` ${target}`))
    ?.split(' ')[0];
  if (pid === undefined) throw new Error(`no client is mounted at ${target}`);
  await worker.must(['kill', `-${signal}`, pid]);
}
