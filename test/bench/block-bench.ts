import { benchPackages, ensureDebianPackages } from '../../scripts/setup/debian.ts';
import { CsiBlockVolume } from '../pool/lab/csi-block-volume.ts';
import { CsiVolume, GIB } from '../pool/lab/csi-volume.ts';
import { Deployment } from '../pool/lab/deployment.ts';
import { Lab } from '../pool/lab/lab.ts';
import { makeSources, runFio, SYNCED_WRITES, WORKLOADS, type Workload } from './block/workloads.ts';
import { type Figure, median } from './figures.ts';

const ROUNDS = 2;
const DISK_BYTES = 64 * 1024 ** 3;
const BYTES = 4n * GIB;
const KIB_A_WRITE = 4;
const WAYS = ['fuse', 'xfs', 'ext4'] as const;
type Way = (typeof WAYS)[number];
/** Speeds. */
type Samples = Readonly<Record<Way, number[]>>;

/** What databases and small files gain by a file system of their own, on one pool of three servers with three copies. */
export async function blockBench(): Promise<readonly Figure[]> {
  ensureDebianPackages(benchPackages());
  await using lab = await Lab.up({ name: 'bench', workers: 1, disksPerServer: 1, diskBytes: DISK_BYTES });
  await using deployment = await Deployment.on(lab, { program: 'bundle', logLevel: 'info' });
  const places = await mountAll(deployment);
  await makeSources(lab.worker(1));
  const samples = await inTurn((workload, way) => workload.speed(lab.worker(1), places[way]));
  const figures = [...samples].flatMap(([workload, speeds]) => toFigures(workload, speeds));
  const files = { FUSE: `${places.fuse}/fio`, XFS: `${places.xfs}/fio`, ext4: `${places.ext4}/fio` };
  const all = Object.entries({ ...files, 'the device': await rawDevice(deployment) });
  for (const [how, options] of Object.entries(SYNCED_WRITES)) {
    for (const [where, file] of all) {
      const value = (await runFio(lab.worker(1), file, options)) / KIB_A_WRITE;
      const name = `4 KiB writes at random, ${how}: ${where}`;
      figures.push({ name, value, unit: 'writes/s', better: 'higher', samples: [value] });
    }
  }
  return figures;
}

/** Paths short enough for a database's socket and readable for its user. */
async function mountAll(deployment: Deployment): Promise<Readonly<Record<Way, string>>> {
  const worker = deployment.lab.worker(1);
  const fuse = await CsiVolume.create(deployment, { name: 'bench-fuse', bytes: BYTES });
  const block = (content: 'xfs' | 'ext4') =>
    CsiBlockVolume.create(deployment, {
      name: `bench-${content}`,
      bytes: BYTES,
      content,
      parameters: { hostingVolumeSize: '16Gi' },
    });
  const volumes = { fuse, xfs: await block('xfs'), ext4: await block('ext4') };
  const bind = async (way: Way) => {
    const path = `/run/${way}`;
    const target = await volumes[way].mount(1);
    await worker.must(['mkdir', path]);
    await worker.must(['mount', '--bind', target, path]);
    return path;
  };
  return { fuse: await bind('fuse'), xfs: await bind('xfs'), ext4: await bind('ext4') };
}

/** Written once, as the others' files are. */
async function rawDevice(deployment: Deployment): Promise<string> {
  const volume = await CsiBlockVolume.create(deployment, {
    name: 'bench-raw',
    bytes: GIB,
    content: 'raw',
    parameters: { hostingVolumeSize: '16Gi' },
  });
  const target = await volume.mount(1);
  const write = ['dd', 'if=/dev/zero', `of=${target}`, 'bs=1M', 'count=256', 'oflag=direct'];
  await deployment.lab.worker(1).must(write);
  return target;
}

/** In every round all workloads in each way, the ways taking turns to be first. */
async function inTurn(
  speed: (workload: Workload, way: Way) => Promise<number>,
): Promise<ReadonlyMap<Workload, Samples>> {
  const samples = new Map(
    WORKLOADS.map((workload) => [workload, { fuse: [], xfs: [], ext4: [] } as Samples]),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of [...WAYS.slice(round % 3), ...WAYS.slice(0, round % 3)]) {
      for (const workload of WORKLOADS) samples.get(workload)?.[way].push(await speed(workload, way));
      console.log(`round ${round + 1}, ${way}: done`);
    }
  }
  return samples;
}

function toFigures({ title, target }: Workload, samples: Samples): readonly Figure[] {
  const ratio = (way: Way, held: boolean): Figure => ({
    name: `${title}: ${way === 'xfs' ? 'XFS' : way} / FUSE`,
    value: median(samples[way]) / median(samples.fuse),
    unit: 'times as fast',
    better: 'higher',
    samples: samples[way].map((speed, index) => speed / (samples.fuse[index] ?? Number.NaN)),
    ...(held && target !== undefined ? { target } : {}),
  });
  return [ratio('xfs', true), ratio('ext4', false)];
}
