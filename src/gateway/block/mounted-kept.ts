import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Call } from '../../control/call.ts';
import { parseJson } from '../../control/parse-json.ts';
import { isAbsent, toErrorText } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import { ask, failed, must } from './hosting-commands.ts';
import type { HostedDisks } from './hosting-mounts.ts';
import type { Kept } from './kept.ts';

const COMMAND_MS = 30_000;
/** A metadata file that is longer is none of ours. */
const MAX_METADATA_BYTES = 64 * 1024;

const metadataFile = z.object({
  v: z.literal(1),
  metadata: z.record(z.string(), z.string()),
  deleting: z.number().exactOptional(),
});
const takenBackFile = z.object({ v: z.literal(1), takenBack: z.number() });

/** What is kept of block volumes, a file each in the directory `kept`, by commands as with `mountedDisks`. */
export function mountedKept(kept: string): Pick<HostedDisks, 'metadata' | 'kept' | 'keep' | 'claim'> {
  return {
    async metadata(name, call) {
      const found = await readKept(join(kept, name), call);
      return found === undefined || found.state === 'taken-back' ? undefined : found.metadata;
    },
    kept: (name, call) => readKept(join(kept, name), call),
    async keep(name, value, call) {
      if (value === undefined) return must('rm', ['--force', '--', join(kept, name)], call);
      const part = await writePart(kept, value, call);
      await must('mv', ['--no-target-directory', '--', part, join(kept, name)], call);
    },
    async claim(name, value, call) {
      const part = await writePart(kept, value, call);
      const reason = await ask('ln', ['--no-target-directory', '--', part, join(kept, name)], call);
      await must('rm', ['--force', '--', part], call);
      if (reason !== undefined && reason !== 'File exists') throw failed('keep a block volume', reason);
      return reason === undefined;
    },
  };
}

/** A file with it, of which a rename or a link makes the one that counts. */
async function writePart(kept: string, value: Kept, call: Call): Promise<string> {
  const part = join(kept, `.${randomUUID()}`);
  await must('mkdir', ['--parents', '--mode=0700', kept], call);
  await must('dd', [`of=${part}`, 'conv=excl,fsync', 'status=none'], call, `${formatKept(value)}\n`);
  return part;
}

function formatKept(value: Kept): string {
  if (value.state === 'taken-back') return JSON.stringify({ v: 1, takenBack: value.since });
  const going = value.state === 'deleting' ? { deleting: value.since } : {};
  return JSON.stringify({ v: 1, metadata: value.metadata, ...going });
}

async function readKept(path: string, call: Call): Promise<Kept | undefined> {
  const args = [`if=${path}`, `bs=${MAX_METADATA_BYTES}`, 'count=1', 'status=none'];
  const { exitCode, stdout, stderr } = await run('dd', args, { signal: call.signal, timeoutMs: COMMAND_MS });
  if (exitCode !== 0 && isAbsent(toErrorText(stderr))) return undefined;
  if (exitCode !== 0) throw failed(`read ${path}`, toErrorText(stderr));
  const taken = takenBackFile.safeParse(parseJson(stdout));
  if (taken.success) return { state: 'taken-back', since: taken.data.takenBack };
  const { metadata, deleting } = parseFile(stdout, path);
  if (deleting === undefined) return { state: 'whole', metadata };
  return { state: 'deleting', since: deleting, metadata };
}

/** The metadata in a file of ours. Throws `unreachable` for what a newer gateway has written. */
export function parseKept(text: string, path: string): Readonly<Record<string, string>> {
  return parseFile(text, path).metadata;
}

function parseFile(text: string, path: string): z.output<typeof metadataFile> {
  const parsed = metadataFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw failed(`read ${path}`, 'it was written by a newer gateway');
}
