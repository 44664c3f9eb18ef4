import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Machine } from '../../pool/lab/machine.ts';
import { timed } from '../figures.ts';

const SQLITE = fileURLToPath(new URL('sqlite-commits.ts', import.meta.url));
const POSTGRES = '/usr/lib/postgresql/15/bin';
const WORK_MS = 1_800_000;
const COMMITS = 1000;
const FIO_SECONDS = 10;
const PGBENCH_SECONDS = 10;
/** Where `makeSources` leaves what is unpacked and cloned. */
const SOURCES = '/run/bench';

/** One thing that is done in a directory. */
export interface Workload {
  readonly title: string;
  /** How many times as fast it is to be on a block volume as on a FUSE volume. */
  readonly target?: number;
  /** How fast it was, in what it counts a second. */
  readonly speed: (machine: Machine, directory: string) => Promise<number>;
}

/** Done in this order: what one leaves the next one reads. */
export const WORKLOADS: readonly Workload[] = [
  perSecond('untar of 5,000 small files, synced', 15, 'tar -xf "$SOURCES/files.tar" && sync -f files'),
  perSecond('stat of them, nothing cached', undefined, 'du -s --apparent-size files', { isCold: true }),
  perSecond('rm of them, synced', 15, 'rm -r files && sync -f .'),
  perSecond(
    'git clone of them, synced',
    15,
    'git clone --quiet --no-local "$SOURCES/files.git" clone && sync -f clone',
    { after: 'rm -r clone' },
  ),
  { title: `${COMMITS} SQLite commits, rollback journal`, target: 3, speed: commits('delete') },
  { title: `${COMMITS} SQLite commits, write-ahead log`, speed: commits('wal') },
  { title: 'pgbench, scale 5, 4 clients', target: 1.5, speed: pgbench },
  fio('256 MiB written in sequence, synced', ['--rw=write', '--bs=1M', '--end_fsync=1']),
  fio('256 MiB read in sequence, nothing cached', ['--rw=read', '--bs=1M'], { isCold: true }),
  fio('4 KiB writes at random, depth 16, direct', [...random4k(16), '--direct=1'], { target: 1 }),
  fio('4 KiB writes at random, fsync each', [...random4k(1), '--fsync=1']),
];

/** Ways to have a 4 KiB write synced, as options of fio. */
export const SYNCED_WRITES: Readonly<Record<string, readonly string[]>> = {
  'fsync each': [...random4k(1), '--fsync=1'],
  'fdatasync each': [...random4k(1), '--fdatasync=1'],
  'direct, fdatasync each': [...random4k(1), '--direct=1', '--fdatasync=1'],
  'fsync each, 8 writers': [...random4k(1), '--fsync=1', '--numjobs=8', '--group_reporting'],
};

/** What is unpacked and cloned: 5,000 files of 100 to 8,100 bytes in 100 folders. */
export async function makeSources(machine: Machine): Promise<void> {
  const script = `
    mkdir -p ${SOURCES}/files && cd ${SOURCES}
    for folder in $(seq 100); do
      mkdir files/$folder
      for number in $(seq 50); do head -c $((number * 160 + 100)) /dev/urandom >files/$folder/$number; done
    done
    tar -cf files.tar files
    git -C files init --quiet
    git -C files add .
    git -C files -c user.name=bench -c user.email=bench commit --quiet -m files
    git clone --quiet --bare files files.git
    rm -r files`;
  await machine.must(['sh', '-ec', script], { timeoutMs: WORK_MS });
}

function perSecond(
  title: string,
  target: number | undefined,
  script: string,
  { isCold = false, after = 'true' } = {},
): Workload {
  const sh = (machine: Machine, directory: string, line: string) =>
    machine.must(['sh', '-ec', `SOURCES=${SOURCES}; cd "$1"; ${line}`, 'sh', directory], {
      timeoutMs: WORK_MS,
    });
  return {
    title,
    ...(target === undefined ? {} : { target }),
    async speed(machine, directory) {
      if (isCold) await dropCaches(machine);
      const ms = await timed(() => sh(machine, directory, script));
      await sh(machine, directory, after);
      return 1000 / ms;
    },
  };
}

function commits(journal: string): Workload['speed'] {
  return async (machine, directory) =>
    Number(
      await machine.must([process.execPath, SQLITE, directory, journal, String(COMMITS)], {
        timeoutMs: WORK_MS,
      }),
    );
}

/** Transactions a second of a server that has its data there. */
async function pgbench(machine: Machine, directory: string): Promise<number> {
  const script = `
    cd /
    data=$1/postgres
    mkdir "$data"
    chown postgres "$data"
    as() { setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; }
    as ${POSTGRES}/initdb --pgdata="$data" >/dev/null
    mkdir -p /run/bench/socket
    chown postgres /run/bench/socket
    as ${POSTGRES}/pg_ctl --pgdata="$data" --wait --silent --log="$data/log" \\
      --options="-k /run/bench/socket -c listen_addresses=" start
    trap 'as ${POSTGRES}/pg_ctl --pgdata="$data" --wait --silent --mode=fast stop; rm -r "$data"' EXIT
    as ${POSTGRES}/pgbench --host=/run/bench/socket --initialize --scale=5 --quiet postgres 2>/dev/null
    as ${POSTGRES}/pgbench --host=/run/bench/socket --client=4 --jobs=2 --time=${PGBENCH_SECONDS} postgres 2>/dev/null`;
  const output = await machine.must(['sh', '-ec', script, 'sh', directory], { timeoutMs: WORK_MS });
  const [, tps] = /^tps = ([\d.]+)/m.exec(output) ?? [];
  if (tps === undefined) throw new Error(`pgbench printed no tps: ${output}`);
  return Number(tps);
}

function random4k(depth: number): readonly string[] {
  const engine = depth === 1 ? ['--ioengine=psync'] : ['--ioengine=libaio', `--iodepth=${depth}`];
  return ['--rw=randwrite', '--bs=4k', '--time_based', `--runtime=${FIO_SECONDS}`, ...engine];
}

const fioReport = z.object({
  jobs: z
    .array(z.object({ read: z.object({ bw: z.number() }), write: z.object({ bw: z.number() }) }))
    .length(1),
});

/** KiB a second, in a file of the directory. */
function fio(title: string, options: readonly string[], { target = 0, isCold = false } = {}): Workload {
  return {
    title,
    ...(target === 0 ? {} : { target }),
    async speed(machine, directory) {
      if (isCold) await dropCaches(machine);
      return runFio(machine, `${directory}/fio`, options);
    },
  };
}

/** KiB a second, in the first 256 MiB of the file or device. */
export async function runFio(machine: Machine, file: string, options: readonly string[]): Promise<number> {
  const argv = ['fio', '--name=bench', `--filename=${file}`, '--size=256M', '--output-format=json'];
  const output = await machine.must([...argv, ...options], { timeoutMs: WORK_MS });
  const [job] = fioReport.parse(JSON.parse(output)).jobs;
  return (job?.read.bw ?? 0) + (job?.write.bw ?? 0);
}

async function dropCaches(machine: Machine): Promise<void> {
  await machine.must(['sh', '-c', 'sync; echo 3 >/proc/sys/vm/drop_caches']);
}
