import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { beyondAbsence, isAbsent, toErrorText } from '../../host/child-error.ts';
import { type CommandResult, run } from '../../host/run.ts';
import { usage } from '../../host/usage.ts';
import { parseKept } from '../block/mounted-kept.ts';
import { type Declaration, toDeclaration, toMetadata } from './declaration.ts';
import type { ExportFiles } from './export-files.ts';
import { parseMeta } from './export-meta.ts';
import { mergeExports } from './merge-exports.ts';

const KEPT = join('.gluster-csi', 'volumes');
const META = 'block-meta';
const STORE = 'block-store';
const COMMAND_MS = 30_000;
/** Twice gluster-block's own limit for one command. */
const QUIET_MINUTES = 10;

/**
 * gluster-block's files below a mounted hosting volume, by commands with a deadline: the mount may hang. Only servers
 * can mount it, and no symbolic link is followed (see `../block/mount-hosting.ts`).
 */
export function mountedExports(root: string): ExportFiles {
  const [kept, store] = [join(root, KEPT), join(root, STORE)];
  const list = async (call: Call) => {
    const [declared, metas, sizes] = await Promise.all([
      readTexts(kept, call),
      readTexts(join(root, META), call),
      readSizes(store, call),
    ]);
    const disks = mergeExports({
      declarations: mapDefined(declared, (text) => toDeclaration(parseKept(text, 'a declaration'))),
      metas: mapDefined(metas, parseMeta),
      store: sizes,
    });
    return { disks, snapshots: [] };
  };
  return {
    list,
    find: async (name, call) => (await list(call)).disks.find((one) => one.name === name),
    totalBytes: async (call) => (await usage(root, call)).totalBytes,
    declare: (name, declaration, call) => write(kept, name, { declaration, isNew: true }, call),
    redeclare: (name, declaration, call) => write(kept, name, { declaration, isNew: false }, call),
    forget: (name, call) => must('rm', ['--force', '--', join(kept, name)], call),
    async isQuiet(name, call) {
      const fresh = ['-maxdepth', '0', '-mmin', `-${QUIET_MINUTES}`, '-print'];
      const found = await ask('find', [join(root, META, name), ...fresh], call);
      return found.exitCode !== 0 || found.stdout === '';
    },
    storageSize: async (file, call) => (await readSizes(store, call)).get(file),
    async dropName(file, keep, call) {
      const same = ['-maxdepth', '0', '-samefile', join(store, keep), '-delete'];
      const { exitCode, stderr } = await ask('find', [join(store, file), ...same], call);
      if (exitCode !== 0 && !isAbsent(toErrorText(stderr)))
        throw failed(`remove ${file}`, toErrorText(stderr));
      if ((await readSizes(store, call)).has(file))
        throw new Fault(
          'wrong-state',
          `the backing file ${file} is not that of ${keep}; look at both by hand`,
        );
    },
    removeStorage: (file, call) => must('rm', ['--force', '--', join(store, file)], call),
  };
}

/** Files of one directory by name, save those with a dot: gluster-block's lock, what is half written. */
async function readTexts(directory: string, call: Call): Promise<ReadonlyMap<string, string>> {
  const args = ['--recursive', '--null', '--with-filename', '--text', '--exclude=*.*', '', directory];
  const result = await ask('grep', args, call);
  // 1: not a line; 2: what is deleted meanwhile is absent, and so is a directory of a volume that has nothing yet.
  if (result.exitCode !== 1) requireAbsentOnly(result, directory);
  const texts = new Map<string, string>();
  for (const line of result.stdout.split('\n').filter((one) => one.includes('\0'))) {
    const end = line.indexOf('\0');
    const name = line.slice(line.lastIndexOf('/', end) + 1, end);
    texts.set(name, `${texts.get(name) ?? ''}${line.slice(end + 1)}\n`);
  }
  return texts;
}

function requireAbsentOnly(result: CommandResult, directory: string): void {
  const reason = beyondAbsence(result);
  if (reason !== undefined) throw failed(`read ${directory}`, reason);
}

async function readSizes(directory: string, call: Call): Promise<ReadonlyMap<string, bigint>> {
  const args = [directory, '-mindepth', '1', '-maxdepth', '1', '-type', 'f', '-printf', '%s %f\\0'];
  const result = await ask('find', args, call);
  requireAbsentOnly(result, directory);
  const entries = result.stdout.split('\0').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => {
      const space = entry.indexOf(' ');
      return [entry.slice(space + 1), BigInt(entry.slice(0, space))];
    }),
  );
}

interface Writing {
  readonly declaration: Declaration;
  readonly isNew: boolean;
}

/** A new one by a link, which replaces nothing; else by a rename. */
async function write(kept: string, name: string, { declaration, isNew }: Writing, call: Call): Promise<void> {
  const [part, path] = [join(kept, `.${randomUUID()}`), join(kept, name)];
  await must('mkdir', ['--parents', '--mode=0700', kept], call);
  const text = `${JSON.stringify({ v: 1, metadata: toMetadata(declaration) })}\n`;
  await must('dd', [`of=${part}`, 'conv=excl,fsync', 'status=none'], call, text);
  if (!isNew) return must('mv', ['--no-target-directory', '--', part, path], call);
  const { exitCode, stderr } = await ask('ln', ['--no-target-directory', '--', part, path], call);
  await must('rm', ['--force', '--', part], call);
  if (exitCode === 0) return;
  if (toErrorText(stderr) === 'File exists')
    throw new Fault('conflict', 'there is a block volume of that name already');
  throw failed('declare the block volume', toErrorText(stderr));
}

async function must(file: string, args: readonly string[], call: Call, input?: string): Promise<void> {
  const { exitCode, stderr } = await ask(file, args, call, input);
  if (exitCode !== 0) throw failed(`run ${file} on the hosting volume`, toErrorText(stderr));
}

function ask(file: string, args: readonly string[], call: Call, input?: string): Promise<CommandResult> {
  const given = input === undefined ? {} : { input };
  return run(file, args, { signal: call.signal, timeoutMs: COMMAND_MS, ...given });
}

function failed(what: string, reason: string): Fault {
  if (reason === 'No space left on device')
    return new Fault('exhausted', `cannot ${what}: the hosting volume is full`);
  return new Fault('unreachable', `cannot ${what}: ${reason}`);
}

function mapDefined<From, To>(
  map: ReadonlyMap<string, From>,
  convert: (from: From) => To | undefined,
): ReadonlyMap<string, To> {
  const pairs = [...map].map(([name, one]) => [name, convert(one)] as const);
  return new Map(pairs.filter((pair): pair is [string, To & {}] => pair[1] !== undefined));
}
