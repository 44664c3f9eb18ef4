import { setTimeout as sleep } from 'node:timers/promises';
import { CsiVolume, GIB } from '../pool/lab/csi-volume.ts';
import type { Deployment } from '../pool/lab/deployment.ts';
import type { NodeMounter } from '../pool/lab/node-mounter.ts';
import { until } from '../pool/lab/until.ts';
import { type Figure, median, timed } from './figures.ts';
import { load } from './load.ts';
import { residentMegabytes } from './resident.ts';

/** The worker whose clients a mounter keeps. */
export const MOUNTER_ON = 2;
const EARLY = 100;
const MOUNTS = 1_000;
const SETTLE_MS = 3_000;
const LIMIT_MB = 100;
const GROWTH = 1.1;
const KILLS = 8;
const VOLUMES = 5;
const LOOK = { everyMs: 20, timeoutMs: 60_000 };

/** What the mounter needs: memory, idle and after many clients, and time to put a client in another one's place. */
export async function mounterBench(deployment: Deployment): Promise<readonly Figure[]> {
  const mounter = deployment.mounters.get(MOUNTER_ON);
  if (mounter === undefined) throw new Error(`worker ${MOUNTER_ON} has no mounter`);
  const volumes: CsiVolume[] = [];
  for (let i = 1; i <= VOLUMES; i += 1) {
    volumes.push(await CsiVolume.create(deployment, { name: `mounter-${i}`, bytes: GIB }));
  }
  const figures = [
    ...(await memory(mounter, volumes)),
    await repair(mounter, volumes.slice(0, 1)),
    await liveSwap(mounter, volumes),
  ];
  for (const volume of volumes) await volume.delete();
  return figures;
}

async function memory(mounter: NodeMounter, volumes: readonly CsiVolume[]): Promise<readonly Figure[]> {
  const measure = async () => {
    await sleep(SETTLE_MS);
    return residentMegabytes(mounter.pid);
  };
  const mounts = async (count: number) => {
    const free = [...volumes];
    await load(count, volumes.length, async () => {
      const volume = free.pop();
      if (volume === undefined) throw new Error('more are in flight than there are volumes');
      await volume.stage(MOUNTER_ON);
      await volume.unstage(MOUNTER_ON);
      free.push(volume);
    });
    return measure();
  };
  const idle = await measure();
  const early = await mounts(EARLY);
  const late = await mounts(MOUNTS - EARLY);
  const megabytes = (when: string, value: number): Figure => ({
    ...{ name: `memory of the mounter: ${when}`, value, unit: 'MB', target: LIMIT_MB },
    ...{ better: 'lower', samples: [value] },
  });
  const growth = late / early;
  return [
    megabytes('idle', idle),
    megabytes('after 100 mounts and releases', early),
    megabytes('after 1,000 mounts and releases', late),
    {
      ...{ name: 'memory of the mounter: 1,000 / 100 mounts and releases', value: growth, unit: 'ratio' },
      ...{ target: GROWTH, better: 'lower', samples: [growth] },
    },
  ];
}

/** From the death of a client until its mount answers again. The mounter looks every two seconds. */
async function repair(mounter: NodeMounter, volumes: readonly CsiVolume[]): Promise<Figure> {
  return withMounts(volumes, async ([target = '']) => {
    const samples: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await mounter.machine.must(['kill', '-KILL', String(await onlyClient(mounter))]);
      samples.push(await timed(() => until(`${target} answers`, () => answers(mounter, target), LOOK)));
    }
    const name = 'repair: from the death of a client until its mount answers';
    return { name, value: median(samples), unit: 'ms', better: 'lower', samples };
  });
}

/** The process id of the client, once the one before it is gone. */
async function onlyClient(mounter: NodeMounter): Promise<number> {
  let pid = 0;
  const isAlone = async () => {
    const clients = await mounter.clients();
    pid = clients[0]?.pid ?? 0;
    return clients.length === 1 && pid > 0;
  };
  await until('one client is left, and lives', isAlone, LOOK);
  return pid;
}

/** From the first answer of an upgraded mounter until it has no old client, by the number of clients. */
async function liveSwap(mounter: NodeMounter, volumes: readonly CsiVolume[]): Promise<Figure> {
  return withMounts(volumes, async () => {
    await mounter.upgrade('client two');
    const isOver = async () => {
      const clients = await mounter.clients();
      return clients.length === volumes.length && clients.every(({ old }) => !old);
    };
    const value = (await timed(() => until('no client is old', isOver, LOOK))) / volumes.length;
    const name = `live swap: ${volumes.length} old clients in turn, for each`;
    return { name, value, unit: 'ms', better: 'lower', samples: [value] };
  });
}

async function withMounts<T>(
  volumes: readonly CsiVolume[],
  work: (targets: readonly string[]) => Promise<T>,
): Promise<T> {
  const targets: string[] = [];
  for (const volume of volumes) targets.push(await volume.mount(MOUNTER_ON));
  const result = await work(targets);
  for (const volume of volumes) await volume.unmount(MOUNTER_ON);
  return result;
}

async function answers({ machine }: NodeMounter, target: string): Promise<boolean> {
  return (await machine.exec(['stat', '--cached=never', target])).exitCode === 0;
}
