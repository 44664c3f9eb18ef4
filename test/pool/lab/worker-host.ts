import { type RemoteHost, remoteHost } from '../../contract/host-remote.ts';
import { DEVICE_ROOT } from './gluster-server.ts';
import { Lab, type LabOptions } from './lab.ts';
import type { Machine } from './machine.ts';

export const WORK_FOLDER = '/srv/work';
export const VOLUMES = ['one', 'two'] as const;

/** A lab of one server with two small volumes, and a worker whose Host is at hand. */
export interface WorkerLab extends AsyncDisposable {
  readonly lab: Lab;
  readonly worker: Machine;
  readonly servers: readonly string[];
  /** One more process of the node on the worker; each of its calls has this many milliseconds. */
  newHost(deadlineMs?: number): RemoteHost;
}

export async function upWorkerLab(change: Partial<LabOptions> = {}): Promise<WorkerLab> {
  const small = { name: 'host', servers: 1, workers: 1, disksPerServer: 1, diskBytes: 1024 ** 3 };
  const lab = await Lab.up({ ...small, ...change });
  const server = lab.server(1);
  const worker = lab.worker(1);
  for (const name of VOLUMES) {
    await server.mustGluster(['volume', 'create', name, `${server.name}:${DEVICE_ROOT}/disk1/${name}`]);
    await server.mustGluster(['volume', 'start', name]);
  }
  await worker.must(['mount', '-t', 'tmpfs', 'tmpfs', '/srv']);
  await worker.must(['mkdir', WORK_FOLDER]);
  return {
    lab,
    worker,
    // The second has no glusterd: the first is asked in its stead.
    servers: [server.name, worker.name],
    newHost: (deadlineMs) => remoteHost((inside) => worker.argv(inside), deadlineMs),
    [Symbol.asyncDispose]: () => lab.down(),
  };
}

/** The glusterfs clients of a worker, as `pid command line`. */
export async function clientsOf(worker: Machine): Promise<readonly string[]> {
  const { stdout } = await worker.exec(['pgrep', '-a', '-x', 'glusterfs']);
  return stdout.split('\n').filter((line) => line !== '');
}

export async function signalClient(worker: Machine, target: string, signal: string): Promise<void> {
  const client = (await clientsOf(worker)).find((line) => line.endsWith(` ${target}`));
  const pid = client?.split(' ')[0];
  if (pid === undefined) throw new Error(`no client is mounted at ${target}`);
  await worker.must(['kill', `-${signal}`, pid]);
}

/** Makes a file, or its time new. False when the file system there is read-only. */
export async function touch(worker: Machine, path: string): Promise<boolean> {
  const { exitCode, stderr } = await worker.exec(['touch', path]);
  if (exitCode === 0) return true;
  if (stderr.includes('Read-only file system')) return false;
  throw new Error(stderr);
}
