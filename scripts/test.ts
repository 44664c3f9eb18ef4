import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { clusterPackages, debianPackages, ensureDebianPackages, guestPackages } from './setup/debian.ts';
import { ensureGo } from './setup/go.ts';
import { type Counts, closingLine, countsEnvironment, readCounts, sumCounts } from './test-counts.ts';

/**
 * `npm test [-- PART...]`: runs the parts one after the other, each in a process of its own (those that mostly
 * wait, in lanes side by side), goes on after a part that failed, and ends with one line that totals them all. A part
 * that ran nothing has failed.
 */
interface Part {
  readonly name: string;
  readonly about: string;
  /** Milliseconds for one test that sets no time of its own. */
  readonly testMs: number;
  /** Minutes for the whole part; then it is stopped. */
  readonly minutes: number;
  readonly needs: readonly ('debian' | 'cluster' | 'guest' | 'go')[];
  /** Pattern of its files; absent: all in the part's folder. */
  readonly files?: string;
  /** Runs at the same time as its neighbours of another lane, and after those of its own, its lines marked with its name. */
  readonly lane?: 1 | 2;
}

const PARTS: readonly Part[] = [
  { name: 'unit', about: 'pure rules, no machine', testMs: 10_000, minutes: 5, needs: [] },
  {
    name: 'contract',
    about: 'fakes and adapters keep the same promises',
    testMs: 60_000,
    minutes: 8,
    needs: ['go'],
  },
  {
    name: 'rpc',
    about: 'every RPC over a socket, on fakes, with faults',
    testMs: 60_000,
    minutes: 8,
    needs: [],
  },
  {
    name: 'host',
    about: 'commands, mounts and bricks of this machine',
    testMs: 60_000,
    minutes: 30,
    needs: ['debian', 'guest'],
  },
  {
    name: 'gateway',
    about: 'the REST API over HTTP, on a glusterd in memory, with faults',
    testMs: 120_000,
    minutes: 12,
    needs: ['debian'],
  },
  {
    name: 'sanity',
    about: 'csi-sanity on the pool',
    testMs: 900_000,
    minutes: 30,
    needs: ['debian', 'go'],
    lane: 1,
  },
  {
    name: 'guest',
    about: 'what needs device-mapper or iSCSI, in a guest kernel',
    testMs: 900_000,
    minutes: 60,
    needs: ['debian', 'guest'],
    // What takes half an hour by itself has a folder of its own, and runs when it is asked for by its title.
    ...(process.env['GLUSTER_CSI_TEST_ONLY'] === undefined ? { files: 'test/guest/*.test.ts' } : {}),
    lane: 1,
  },
  {
    name: 'pool',
    about: 'the whole path on three servers',
    testMs: 300_000,
    minutes: Number(process.env['GLUSTER_CSI_POOL_MINUTES'] ?? 60),
    needs: ['debian'],
    lane: 2,
  },
  {
    name: 'e2e',
    about: 'chart, image and pods in a real Kubernetes on the pool, with faults',
    testMs: 300_000,
    minutes: Number(process.env['GLUSTER_CSI_E2E_MINUTES'] ?? 50),
    needs: ['debian', 'cluster', 'go'],
  },
];
const STOP_GRACE_MS = 30_000;
const DRAIN_MS = 2_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const parts = chooseParts(process.argv.slice(2));
const scratch = mkdtempSync(join(tmpdir(), 'gluster-csi-test-'));
const totals: Counts[] = [];
const running = new Set<ChildProcess>();
let interrupted = false;
process.on('SIGINT', interrupt).on('SIGTERM', interrupt);

for (const stage of toStages(parts)) {
  const lanes = await Promise.all(stage.map((lane) => runLane(lane, stage.length > 1)));
  totals.push(...lanes.flat());
}
rmSync(scratch, { recursive: true });
const total = sumCounts(totals);
process.exitCode = total.failed === 0 && !interrupted ? 0 : 1;
// At the end once more: of a long run often only the end is kept.
for (const reason of total.reasons) console.log(`\nfailed: ${reason}`);
console.log(`\n${closingLine(total)}`);

function chooseParts(names: readonly string[]): readonly Part[] {
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    console.error(`no part ${unknown.join(', ')}; there are ${PARTS.map((part) => part.name).join(', ')}`);
    process.exit(2);
  }
  return names.length === 0 ? PARTS : PARTS.filter((part) => names.includes(part.name));
}

/** What runs at the same time: the lanes of neighbours that have one, else a part alone. */
function toStages(chosen: readonly Part[]): readonly (readonly (readonly Part[])[])[] {
  const stages: Part[][][] = [];
  let before: Part | undefined;
  for (const part of chosen) {
    const beside = part.lane !== undefined && before?.lane !== undefined ? stages.at(-1) : undefined;
    const lane = beside?.find(([first]) => first?.lane === part.lane);
    if (lane !== undefined) lane.push(part);
    else if (beside !== undefined) beside.push([part]);
    else stages.push([[part]]);
    before = part;
  }
  return stages;
}

/** One after the other. */
async function runLane(lane: readonly Part[], isMarked: boolean): Promise<readonly Counts[]> {
  const counts: Counts[] = [];
  for (const part of lane) if (!interrupted) counts.push(await runPart(part, isMarked));
  return counts;
}

async function runPart(part: Part, isMarked: boolean): Promise<Counts> {
  console.log(`\n== ${part.name}: ${part.about}`);
  const started = performance.now();
  const counts = await attempt(part, isMarked);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`== ${part.name}: ${closingLine(counts)} in ${seconds} s`);
  return counts;
}

async function attempt(part: Part, isMarked: boolean): Promise<Counts> {
  let path = process.env['PATH'] ?? '';
  try {
    if (part.needs.includes('debian')) ensureDebianPackages(debianPackages());
    if (part.needs.includes('guest')) ensureDebianPackages(guestPackages());
    if (part.needs.includes('cluster')) ensureDebianPackages(clusterPackages());
    if (part.needs.includes('go')) path = `${ensureGo()}:${path}`;
  } catch (error) {
    const reason = `set-up: ${error instanceof Error ? error.message : String(error)}`;
    console.error(reason);
    return { passed: 0, failed: 1, reasons: [`${part.name}: ${reason}`] };
  }
  const file = join(scratch, `${part.name}.jsonl`);
  const env = { ...process.env, ...countsEnvironment(file), PATH: path };
  const ended = await runChild(part, env, isMarked);
  return judge(part, readCounts(file), ended);
}

function runChild(part: Part, env: NodeJS.ProcessEnv, isMarked: boolean): Promise<string> {
  const program = join(root, part.name === 'guest' ? 'scripts/run-guest.ts' : 'scripts/run-part.ts');
  const args = [program, String(part.testMs), part.files ?? `test/${part.name}/**/*.test.ts`];
  return new Promise((resolve) => {
    const output = isMarked ? 'pipe' : 'inherit';
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', output, output] });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null)
        createInterface(stream).on('line', (line) => console.log(`${part.name} | ${line}`));
    }
    running.add(child);
    const overtime = setTimeout(() => {
      console.error(`== ${part.name}: not over after ${part.minutes} minutes; stopping it`);
      stop(child);
    }, part.minutes * 60_000);
    child.on('exit', (code, signal) => {
      clearTimeout(overtime);
      running.delete(child);
      const done = () => resolve(signal ?? String(code));
      // Something that it started and left may hold its output open.
      const drained = setTimeout(done, DRAIN_MS);
      child.once('close', () => {
        clearTimeout(drained);
        done();
      });
    });
  });
}

/** Counts, corrected by how the process ended: one that broke off, or ran nothing, has failed. */
function judge(part: Part, counts: Counts, ended: string): Counts {
  if (counts.failed > 0 || (ended === '0' && counts.passed > 0)) return counts;
  const reason = counts.passed === 0 && ended === '0' ? 'ran no test' : `ended with ${ended}`;
  console.error(`== ${part.name}: ${reason}`);
  return { passed: counts.passed, failed: 1, reasons: [`${part.name}: ${reason}`] };
}

/** Asks a part to clean up and end, unless a terminal has asked it already; kills it when it does not. */
function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): void {
  if (signal !== 'SIGINT') child.kill(signal);
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  child.on('exit', () => clearTimeout(kill));
}

function interrupt(signal: NodeJS.Signals): void {
  interrupted = true;
  for (const child of running) stop(child, signal);
}
