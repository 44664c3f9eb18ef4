import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Call } from '../../control/call.ts';
import { checkpoint } from '../../control/call.ts';
import { parseJson } from '../../control/parse-json.ts';
import { DISK_FILE } from '../../glusterd2/block-wire.ts';
import { beyondAbsence, isAbsent } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import { BLOCK_BYTES } from './brick-files.ts';
import { ask, commit, extend, failed, must, sweep, unlessMade } from './hosting-commands.ts';
import type { HostedSnapshot, HostedSnapshots } from './hosting-mounts.ts';
import { HALF_MADE_MINUTES, OWN } from './own-directory.ts';

const RECORD = 'snapshot.json';
const COMMAND_MS = 30_000;

const bytes = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);
/** Frozen: snapshots outlive releases. */
const record = z.object({
  v: z.literal(1),
  name: z.string(),
  volume: z.string(),
  size: bytes,
  createdAt: z.number(),
  metadata: z.record(z.string(), z.string()),
  brick: z.string(),
  settled: bytes,
  spreading: z.literal(true).exactOptional(),
  keptAt: z.number().exactOptional(),
});

/** The snapshots below a mounted hosting volume, by commands with a deadline, as with `mountedDisks`. */
export function mountedSnapshots(root: string): HostedSnapshots {
  const place = join(root, OWN, 'snapshots');
  const making = join(root, OWN, 'making');
  const trash = join(root, OWN, 'trash');
  return {
    list: (call) => readAll(place, 2, call),
    find: async (name, call) => (await readAll(join(place, name), 1, call))[0],
    async make(name, size, copy, call) {
      const own = randomUUID();
      const id = join(making, own);
      await must('mkdir', ['--parents', '--mode=0700', id, place], call);
      await sweep(making, ['-mmin', `+${HALF_MADE_MINUTES}`], call);
      return unlessMade(id, call, async () => {
        await extend(join(id, DISK_FILE), size, call);
        const made = await copy(`${OWN}/making/${own}/${DISK_FILE}`);
        await must('sync', ['--', join(id, DISK_FILE)], call);
        await write(join(id, RECORD), made, call);
        await commit(id, join(place, name), call);
        return made;
      });
    },
    async keep(snapshot, call) {
      const directory = join(place, snapshot.name);
      const part = join(directory, `.${randomUUID()}`);
      await write(part, snapshot, call);
      await must('mv', ['--no-target-directory', '--', part, join(directory, RECORD)], call);
    },
    async remove(name, call) {
      await must('mkdir', ['--parents', '--mode=0700', trash], call);
      const moved = await ask(
        'mv',
        ['--no-target-directory', '--', join(place, name), join(trash, randomUUID())],
        call,
      );
      if (moved !== undefined && !isAbsent(moved)) throw failed(`remove snapshot ${name}`, moved);
      await sweep(trash, [], call);
    },
    async overwrite({ path, from }, blocks, call) {
      for (const { first, count } of runsOf(blocks)) {
        checkpoint(call);
        const where = [`bs=${BLOCK_BYTES}`, `skip=${first}`, `seek=${first}`, `count=${count}`];
        const how = ['iflag=fullblock', 'conv=notrunc,nocreat,fsync', 'status=none'];
        await must('dd', [`if=${from}`, `of=${join(root, path)}`, ...where, ...how], call);
      }
    },
  };
}

/** Of numbers in order those that follow each other, at most 256 together. */
function runsOf(blocks: readonly number[]): readonly { first: number; count: number }[] {
  const runs: { first: number; count: number }[] = [];
  for (const block of blocks.toSorted((one, other) => one - other)) {
    const last = runs.at(-1);
    if (last !== undefined && last.count < 256 && last.first + last.count === block) last.count += 1;
    else runs.push({ first: block, count: 1 });
  }
  return runs;
}

async function write(path: string, snapshot: HostedSnapshot, call: Call): Promise<void> {
  const { size, settled, ...rest } = snapshot;
  const text = JSON.stringify({ v: 1, ...rest, size: String(size), settled: String(settled) });
  await must('dd', [`of=${path}`, 'conv=excl,fsync', 'status=none'], call, `${text}\n`);
}

/** What is deleted meanwhile is absent, and so is what was asked for by name. */
async function readAll(below: string, depth: number, call: Call): Promise<readonly HostedSnapshot[]> {
  const files = [below, '-mindepth', `${depth}`, '-maxdepth', `${depth}`, '-type', 'f', '-name', RECORD];
  const result = await run('find', [...files, '-exec', 'cat', '{}', '+'], {
    signal: call.signal,
    timeoutMs: COMMAND_MS,
  });
  const reason = beyondAbsence(result);
  if (reason !== undefined) throw failed('list snapshots', reason);
  return result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parse(line))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function parse(line: string): HostedSnapshot {
  const parsed = record.safeParse(parseJson(line));
  if (!parsed.success) throw failed('read a snapshot', 'it was written by a newer gateway');
  const { v: _, ...snapshot } = parsed.data;
  return snapshot;
}
