import { type Figure, median } from './figures.ts';
import type { SnapshotTimer } from './snapshot-timer.ts';
import { writeTo } from './write-to.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const ROUNDS = 5;
const FILE_BYTES = 512 * MIB;
const RANDOM_WRITES = 300;
const SEQUENTIAL_BYTES = 256 * MIB;
const PAIRS = 300;
const LOG = 'cluster.optimistic-change-log';

/**
 * How fast a volume is written right after a snapshot, over right before it. The snapshot is deleted after each round,
 * so that nothing is shared before the next.
 */
export async function speedAfter(timer: SnapshotTimer): Promise<readonly Figure[]> {
  const { api, lab } = timer;
  const name = 'written';
  await api.volume({ name, size: GIB, replica: 3 });
  const at = await api.mount(name);
  await writeTo(lab.worker(1), at, 'fill', FILE_BYTES);
  const random: number[] = [];
  const sequential: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const speeds = async () => ({
      random: await writeTo(lab.worker(1), at, 'random', RANDOM_WRITES),
      sequential: await writeTo(lab.worker(1), at, 'sequential', SEQUENTIAL_BYTES),
    });
    const before = await speeds();
    await timer.take(name, `${name}-s`);
    const after = await speeds();
    await api.delete(`/v1/snapshots/${name}-s`);
    // The first round only warms up.
    if (round === 0) continue;
    random.push(after.random / before.random);
    sequential.push(after.sequential / before.sequential);
  }
  await api.unmount(at);
  await api.delete(`/v1/volumes/${name}`);
  return [
    ratio('4 KiB at random, each synced: after a snapshot / before', random),
    ratio('256 MiB in sequence, synced at the end: after a snapshot / before', sequential),
  ];
}

/** What noting each change before it is made costs, which a volume does while a snapshot of it is taken. */
export async function markCost({ api, lab }: SnapshotTimer): Promise<Figure> {
  const names = ['unmarked', 'marked'] as const;
  const mounts = new Map<string, string>();
  for (const name of names) {
    await api.volume({ name, size: GIB, replica: 3, options: name === 'marked' ? { [LOG]: 'off' } : {} });
    mounts.set(name, await api.mount(name));
  }
  const pairs = (name: string) => writeTo(lab.worker(1), mounts.get(name) ?? '', 'rename', PAIRS);
  const samples: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const unmarkedFirst = round % 2 === 0;
    const first = await pairs(unmarkedFirst ? 'unmarked' : 'marked');
    const second = await pairs(unmarkedFirst ? 'marked' : 'unmarked');
    if (round > 0) samples.push(unmarkedFirst ? second / first : first / second);
  }
  for (const name of names) {
    await api.unmount(mounts.get(name) ?? '');
    await api.delete(`/v1/volumes/${name}`);
  }
  return ratio('creates and renames: while a snapshot is taken / else', samples);
}

function ratio(name: string, samples: readonly number[]): Figure {
  return { name, value: median(samples), unit: 'ratio', better: 'higher', samples };
}
