import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { parseJson } from '../../control/parse-json.ts';
import { DISK_FILE, EXPORT_FILE } from '../../glusterd2/block-wire.ts';
import { isAbsent, toErrorText } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import { usage } from '../../host/usage.ts';
import type { HostedDisk, HostedDisks } from './hosting-mounts.ts';

/** Ours, in the root of a hosting volume; no block volume's name begins with a dot. */
const OWN = '.gluster-csi';
const COMMAND_MS = 30_000;
/** A metadata file that is longer is none of ours. */
const MAX_METADATA_BYTES = 64 * 1024;
/** An hour after it was begun nobody works on it any more. */
const HALF_MADE_MINUTES = 60;

const metadataFile = z.object({ v: z.literal(1), metadata: z.record(z.string(), z.string()) });

/**
 * The block volumes below a mounted hosting volume, by commands with a deadline: the mount may hang. It follows no
 * symbolic links (see `mount-hosting.ts`), for nodes can write in the directories of their block volumes.
 */
export function mountedDisks(root: string): HostedDisks {
  const making = join(root, OWN, 'making');
  const trash = join(root, OWN, 'trash');
  const kept = join(root, OWN, 'volumes');
  const list = (below: readonly string[], depth: number, call: Call) =>
    listDisks({ root, below, depth }, call);
  return {
    list: (call) => list([root], 2, call),
    find: async (name, call) => (await list([join(root, name)], 1, call))[0],
    async make({ name, size }, call) {
      const id = join(making, randomUUID());
      await must('mkdir', ['--parents', '--mode=0700', id], call);
      await sweep(making, ['-mmin', `+${HALF_MADE_MINUTES}`], call);
      await extend(join(id, DISK_FILE), size, call);
      await commit(id, join(root, name), call);
    },
    async grow({ name, size }, call) {
      const path = join(root, name, DISK_FILE);
      if ((await list([join(root, name)], 1, call)).length === 0) throw absent(name);
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
    exportState: (name, call) => readText(join(root, name, EXPORT_FILE), call),
    totalBytes: async (call) => (await usage(root, call)).totalBytes,
  };
}

interface Search {
  readonly root: string;
  readonly below: readonly string[];
  readonly depth: number;
}

/** `find` prints a file's size and its path below where it looked, each with a NUL behind. */
async function listDisks({ root, below, depth }: Search, call: Call): Promise<readonly HostedDisk[]> {
  const own = join(root, OWN);
  const args = [...below, '-mindepth', `${depth}`, '-maxdepth', `${depth}`, '-type', 'f'];
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

/** Made if it is not there; never smaller than it is, whoever else is at it. */
async function extend(path: string, size: bigint, call: Call): Promise<void> {
  await must('truncate', [`--size=>${size}`, '--', path], call);
  await must('sync', ['--', path], call);
}

/** A directory that has a file is never replaced. */
async function commit(from: string, to: string, call: Call): Promise<void> {
  const reason = await ask('mv', ['--no-target-directory', '--', from, to], call);
  if (reason === undefined) return;
  await ask('rm', ['--recursive', '--force', '--', from], call);
  if (reason === 'Directory not empty' || reason === 'File exists')
    throw new Fault('conflict', 'there is a block volume of that name already');
  throw failed('make the block volume', reason);
}

async function readMetadata(path: string, call: Call): Promise<Readonly<Record<string, string>> | undefined> {
  const text = await readText(path, call);
  if (text === undefined) return undefined;
  const parsed = metadataFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.metadata;
  throw failed(`read ${path}`, 'it was written by a newer gateway');
}

async function readText(path: string, call: Call): Promise<string | undefined> {
  const args = [`if=${path}`, `bs=${MAX_METADATA_BYTES}`, 'count=1', 'status=none'];
  const { exitCode, stdout, stderr } = await run('dd', args, { signal: call.signal, timeoutMs: COMMAND_MS });
  if (exitCode === 0) return stdout;
  if (isAbsent(toErrorText(stderr))) return undefined;
  throw failed(`read ${path}`, toErrorText(stderr));
}

/** Removes what is in one of our own directories; what cannot be removed is left for the next time. */
async function sweep(directory: string, which: readonly string[], call: Call): Promise<void> {
  const entries = [directory, '-mindepth', '1', '-maxdepth', '1', ...which];
  await ask('find', [...entries, '-exec', 'rm', '--recursive', '--force', '--', '{}', '+'], call).catch(
    (error: unknown) => {
      if (!isFault(error, 'timed-out')) throw error;
    },
  );
}

async function must(file: string, args: readonly string[], call: Call, input?: string): Promise<void> {
  const reason = await ask(file, args, call, input);
  if (reason !== undefined) throw failed(`run ${file} on the hosting volume`, reason);
}

/** Undefined when it succeeded, else strerror(3)'s words. */
async function ask(
  file: string,
  args: readonly string[],
  call: Call,
  input?: string,
): Promise<string | undefined> {
  const options = { signal: call.signal, timeoutMs: COMMAND_MS, ...(input === undefined ? {} : { input }) };
  const { exitCode, stderr } = await run(file, args, options);
  return exitCode === 0 ? undefined : toErrorText(stderr) || `${file} failed`;
}

function failed(what: string, reason: string): Fault {
  if (reason === 'No space left on device')
    return new Fault('exhausted', `cannot ${what}: the hosting volume is full`);
  return new Fault('unreachable', `cannot ${what}: ${reason}`);
}

function absent(name: string): Fault {
  return new Fault('not-found', `block volume ${name} not found`);
}
