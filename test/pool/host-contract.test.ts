import { hostContract } from '../contract/host.ts';
import type { HostSubject } from '../contract/host-subject.ts';
import { DEVICE_ROOT } from './lab/gluster-server.ts';
import { signalClient, touch, upWorkerLab, VOLUMES, WORK_FOLDER } from './lab/worker-host.ts';

const SIGNALS = { killed: 'KILL', suspended: 'STOP', resumed: 'CONT' } as const;

hostContract('the Linux host', async (): Promise<HostSubject> => {
  const { lab, worker, servers, newHost } = await upWorkerLab();
  const { host, [Symbol.asyncDispose]: end } = newHost();
  return {
    host,
    folder: WORK_FOLDER,
    servers,
    volumes: VOLUMES,
    bricks: [`${DEVICE_ROOT}/disk1/${VOLUMES[0]}`],
    writeFile: (path) => touch(worker, path),
    setClient: (target, state) => signalClient(worker, target, SIGNALS[state]),
    setVolume: async (name, state) => {
      await lab.server(1).mustGluster(['volume', state === 'started' ? 'start' : 'stop', name]);
    },
    async [Symbol.asyncDispose]() {
      await end();
      await lab.down();
    },
  };
});
