import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { parseJson } from '../../control/parse-json.ts';
import { DISK_FILE } from '../../glusterd2/block-wire.ts';
import { isAbsent, toErrorText } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import { usage } from '../../host/usage.ts';
import { ask, commit, extend, failed, must, sweep, unlessMade } from './hosting-commands.ts';
import type { HostedDisk, HostedDisks } from './hosting-mounts.ts';
import { mountedSnapshots } from './mounted-snapshots.ts';
import { HALF_MADE_MINUTES, OWN } from './own-directory.ts';

const COMMAND_MS = 30_000;
/** A metadata file that is longer is none of ours. */
const MAX_METADATA_BYTES = 64 * 1024;

const metadataFile = z.object({ v: z.literal(1), metadata: z.record(z.string(), z.string()) });

/**
 * The block volumes below a mounted hosting volume, by commands with a deadline: the mount may hang. It follows no
 * symbolic links (see `mount-hosting.ts`), for nodes can write in the directories of their block volumes.
 */
export function mountedDisks(root: string): HostedDisks {
  const making = join(root, OWN, 'making');
  const trash = join(root, OWN, 'trash');
  const kept = join(root, OWN, 'volumes');
  const snapshots = mountedSnapshots(root);
  const find = async (name: string, call: Call) =>
    (await listDisks({ root, below: join(root, name), depth: 1 }, call))[0];
  return {
    async list(call) {
      const disks = await listDisks({ root, below: root, depth: 2 }, call);
      return { disks, snapshots: await snapshots.list(call) };
    },
    find,
    async make({ name, size }, call, fill) {
      const own = randomUUID();
      const id = join(making, own);
      await must('mkdir', ['--parents', '--mode=0700', id], call);
      await sweep(making, ['-mmin', `+${HALF_MADE_MINUTES}`], call);
      await unlessMade(id, call, async () => {
        await extend(join(id, DISK_FILE), fill?.size ?? size, call);
        await fill?.from(`${OWN}/making/${own}/${DISK_FILE}`);
        if (fill !== undefined) await extend(join(id, DISK_FILE), size, call);
        await commit(id, join(root, name), call);
      });
    },
    async grow({ name, size }, call) {
      const path = join(root, name, DISK_FILE);
      if ((await find(name, call)) === undefined) throw absent(name);
      await extend(path, size, call);
    },
    async remove(name, call) {
      await must('mkdir', ['--parents', '--mode=0700', trash], call);
      const moved = await ask(
        'mv',
        ['--no-target-directory', '--', join(root, name), join(trash, randomUUID())],
        call,
      );
      if (moved !== undefined && !isAbsent(moved)) throw failed(`remove block volume ${name}`, moved);
      await must('rm', ['--force', '--', join(kept, name)], call);
      await sweep(trash, [], call);
    },
    metadata: (name, call) => readMetadata(join(kept, name), call),
    async keepMetadata(name, metadata, call) {
      const part = join(kept, `.${randomUUID()}`);
      await must('mkdir', ['--parents', '--mode=0700', kept], call);
      const text = `${JSON.stringify({ v: 1, metadata })}\n`;
      await must('dd', [`of=${part}`, 'conv=excl,fsync', 'status=none'], call, text);
      await must('mv', ['--no-target-directory', '--', part, join(kept, name)], call);
    },
    snapshots,
    totalBytes: async (call) => (await usage(root, call)).totalBytes,
  };
}

interface Search {
  readonly root: string;
  readonly below: string;
  readonly depth: number;
}

/** `find` prints a file's size and its path below where it looked, each with a NUL behind. */
async function listDisks({ root, below, depth }: Search, call: Call): Promise<readonly HostedDisk[]> {
  const own = join(root, OWN);
  const args = [below, '-mindepth', `${depth}`, '-maxdepth', `${depth}`, '-type', 'f'];
  const { exitCode, stdout, stderr } = await run(
    'find',
    [...args, '-name', DISK_FILE, '-not', '-path', `${own}/*`, '-printf', '%s %h\\0'],
    { signal: call.signal, timeoutMs: COMMAND_MS },
  );
  const reason = toErrorText(stderr);
  // What is deleted meanwhile is absent, and so is what was asked for by name.
  if (exitCode !== 0 && !isAbsent(reason)) throw failed('list block volumes', reason);
  return stdout
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const space = entry.indexOf(' ');
      return { name: entry.slice(entry.lastIndexOf('/') + 1), size: BigInt(entry.slice(0, space)) };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

async function readMetadata(path: string, call: Call): Promise<Readonly<Record<string, string>> | undefined> {
  const args = [`if=${path}`, `bs=${MAX_METADATA_BYTES}`, 'count=1', 'status=none'];
  const { exitCode, stdout, stderr } = await run('dd', args, { signal: call.signal, timeoutMs: COMMAND_MS });
  if (exitCode !== 0 && isAbsent(toErrorText(stderr))) return undefined;
  if (exitCode !== 0) throw failed(`read ${path}`, toErrorText(stderr));
  return parseKept(stdout, path);
}

/** The metadata in a file of ours. Throws `unreachable` for what a newer gateway has written. */
export function parseKept(text: string, path: string): Readonly<Record<string, string>> {
  const parsed = metadataFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.metadata;
  throw failed(`read ${path}`, 'it was written by a newer gateway');
}

function absent(name: string): Fault {
  return new Fault('not-found', `block volume ${name} not found`);
}
