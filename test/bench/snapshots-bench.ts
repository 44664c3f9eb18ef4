import { Lab } from '../pool/lab/lab.ts';
import { Storms } from '../pool/snapshots/storms.ts';
import { type Figure, median } from './figures.ts';
import { markCost, speedAfter } from './snapshot-cost.ts';
import { SnapshotTimer, type SnapshotTimes } from './snapshot-timer.ts';
import { writeTo } from './write-to.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const DISK_BYTES = 96 * GIB;
const ROUNDS = 5;
const CLONE_MS = 3_000;
const RATIO = 1.5;
const EARLIER = 10;
const SCATTERED = 2_000;
const WARM_UP_MS = 1_500;

/**
 * By what is in them. Those that are compared have one copy, so that 10 GiB take no 30 of the disk: bricks stand still and
 * are reflinked at the same time, however many there are.
 */
const VOLUMES = {
  copies: { title: '100 MiB in three copies', bytes: 100 * MIB, replica: 3 },
  small: { title: '100 MiB', bytes: 100 * MIB, replica: 1 },
  large: { title: '10 GiB', bytes: 10 * GIB, replica: 1 },
  used: { title: `1 GiB after ${EARLIER} snapshots with random writes between`, bytes: GIB, replica: 1 },
} as const;
type Which = keyof typeof VOLUMES;
const ALL = Object.keys(VOLUMES) as readonly Which[];

/** What snapshots and clones take, by the amount of data, and what a snapshot costs the writers of its volume. */
export async function snapshotsBench(): Promise<readonly Figure[]> {
  await using lab = await Lab.up({ name: 'bench', workers: 1, disksPerServer: 1, diskBytes: DISK_BYTES });
  const timer = await SnapshotTimer.on(lab);
  try {
    for (const which of ALL) await fill(timer, which);
    const times = await takeInTurn(timer);
    const clones = await cloneReady(timer);
    for (const which of ALL) await timer.api.delete(`/v1/volumes/${which}`);
    return [...toFigures(times), ...clones, ...(await speedAfter(timer)), await markCost(timer)];
  } finally {
    await timer.api.close();
  }
}

/** Fresh images with that much data in one file; the used one with snapshots that stay, and writes after each. */
async function fill(timer: SnapshotTimer, which: Which): Promise<void> {
  const { bytes, replica } = VOLUMES[which];
  const { api, lab } = timer;
  await api.volume({ name: which, size: bytes + GIB, replica });
  const at = await api.mount(which);
  await writeTo(lab.worker(1), at, 'fill', bytes);
  if (which === 'used') {
    for (let number = 1; number <= EARLIER; number += 1) {
      await timer.take(which, `used-${number}`);
      await writeTo(lab.worker(1), at, 'scatter', SCATTERED);
    }
  }
  await api.unmount(at);
}

/** A snapshot of each in every round, the volumes taking turns to be first. */
async function takeInTurn(timer: SnapshotTimer): Promise<ReadonlyMap<Which, readonly SnapshotTimes[]>> {
  const times = new Map<Which, SnapshotTimes[]>(ALL.map((which) => [which, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const which of [...ALL.slice(round % ALL.length), ...ALL.slice(0, round % ALL.length)]) {
      const name = `${which}-round-${round}`;
      times.get(which)?.push(await timer.take(which, name));
      await timer.api.delete(`/v1/snapshots/${name}`);
    }
  }
  for (let number = 1; number <= EARLIER; number += 1) await timer.api.delete(`/v1/snapshots/used-${number}`);
  return times;
}

/** With nobody writing, and with writers whose changes the snapshot meets half-way, so that the clone has to heal. */
async function cloneReady(timer: SnapshotTimer): Promise<readonly Figure[]> {
  const quiet: number[] = [];
  const busy: number[] = [];
  const round = async (samples: number[]) => {
    await timer.take('copies', 'copies-s');
    samples.push(await timer.clone('copies-s', 'copies-c'));
    await timer.api.delete('/v1/volumes/copies-c');
    await timer.api.delete('/v1/snapshots/copies-s');
  };
  for (let number = 0; number < ROUNDS; number += 1) await round(quiet);
  const at = await timer.api.mount('copies');
  const storms = await Storms.start(timer.lab.worker(1), at);
  for (let number = 0; number < ROUNDS; number += 1) {
    await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
    await round(busy);
  }
  await storms.stop();
  await timer.api.unmount(at);
  return [
    milliseconds('clone ready, nobody writing', quiet, CLONE_MS),
    milliseconds('clone ready, source being written by five', busy, CLONE_MS),
  ];
}

function toFigures(times: ReadonlyMap<Which, readonly SnapshotTimes[]>): readonly Figure[] {
  const of = (which: Which, key: keyof SnapshotTimes) => (times.get(which) ?? []).map((one) => one[key]);
  const single = ALL.flatMap((which) => [
    milliseconds(`snapshot of ${VOLUMES[which].title}: the request`, of(which, 'request')),
    milliseconds(`snapshot of ${VOLUMES[which].title}: all bricks stand still`, of(which, 'still')),
    milliseconds(`snapshot of ${VOLUMES[which].title}: reflink`, of(which, 'reflink')),
  ]);
  const ratio = (which: Which, target?: number): Figure => {
    const samples = of(which, 'request').map(
      (ms, index) => ms / (of('small', 'request')[index] ?? Number.NaN),
    );
    const value = median(of(which, 'request')) / median(of('small', 'request'));
    const name = `snapshot of ${VOLUMES[which].title} / of ${VOLUMES.small.title}`;
    const held = target === undefined ? {} : { target };
    return { name, value, unit: 'ratio', better: 'lower', samples, ...held };
  };
  return [...single, ratio('large', RATIO), ratio('used')];
}

function milliseconds(name: string, samples: readonly number[], target?: number): Figure {
  const held = target === undefined ? {} : { target };
  return { name, value: median(samples), unit: 'ms', better: 'lower', samples, ...held };
}
