import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { beyondAbsence } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import { failed } from '../block/hosting-commands.ts';
import type { Held, HostedDisk, HostedDisks } from '../block/hosting-mounts.ts';
import { mountedDisks } from '../block/mounted-disks.ts';
import { EXPORT_FILE } from './export-state.ts';

const COMMAND_MS = 30_000;

/** A disk with how it is exported. */
export interface LioDisk extends HostedDisk {
  /** See `export-state.ts`; undefined for one that was never exported. */
  readonly stateText: string | undefined;
}

/** The files of one hosting volume of provider lio. */
export interface LioDisks extends HostedDisks {
  list(call: Call): Promise<Held<LioDisk>>;
  find(name: string, call: Call): Promise<LioDisk | undefined>;
}

/** As `mountedDisks`. */
export function mountedLioDisks(root: string): LioDisks {
  const disks = mountedDisks(root);
  return {
    ...disks,
    async list(call) {
      const [held, texts] = await Promise.all([
        disks.list(call),
        readStates({ below: root, depth: 2 }, call),
      ]);
      return { ...held, disks: held.disks.map((disk) => ({ ...disk, stateText: texts.get(disk.name) })) };
    },
    async find(name, call) {
      const own = { below: join(root, name), depth: 1 };
      const [disk, texts] = await Promise.all([disks.find(name, call), readStates(own, call)]);
      return disk === undefined ? undefined : { ...disk, stateText: texts.get(name) };
    },
  };
}

/** By block volume. `grep` prints a file's path, a NUL, and its one line. */
async function readStates(
  { below, depth }: { readonly below: string; readonly depth: number },
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  const files = [below, '-mindepth', `${depth}`, '-maxdepth', `${depth}`, '-type', 'f', '-name', EXPORT_FILE];
  const print = ['-exec', 'grep', '--text', '--null', '--with-filename', '', '{}', '+'];
  const result = await run('find', [...files, ...print], {
    signal: call.signal,
    timeoutMs: COMMAND_MS,
  });
  // Anything else that was not read may be the state of a block volume that nodes have.
  const reason = beyondAbsence(result);
  if (reason !== undefined) throw failed('read how block volumes are exported', reason);
  return new Map(
    result.stdout
      .split('\n')
      .filter((line) => line.includes('\0'))
      .map((line) => {
        const [path = '', text = ''] = line.split('\0');
        return [path.split('/').at(-2) ?? '', text] as const;
      }),
  );
}
