import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { DISK_FILE } from '../../glusterd2/block-wire.ts';
import { beyondAbsence, isAbsent } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import { usage } from '../../host/usage.ts';
import { ask, commit, extend, failed, must, sweep, unlessMade } from './hosting-commands.ts';
import type { HostedDisk, HostedDisks } from './hosting-mounts.ts';
import { mountedKept } from './mounted-kept.ts';
import { mountedSnapshots } from './mounted-snapshots.ts';
import { HALF_MADE_MINUTES, OWN } from './own-directory.ts';

const COMMAND_MS = 30_000;
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
      // What a removal could not take away takes room that nobody counts.
      await sweep(trash, [], call);
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
    ...mountedKept(kept),
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
  const result = await run(
    'find',
    [...args, '-name', DISK_FILE, '-not', '-path', `${own}/*`, '-printf', '%s %h\\0'],
    { signal: call.signal, timeoutMs: COMMAND_MS },
  );
  // What was asked for by name may be absent, too.
  const reason = beyondAbsence(result);
  if (reason !== undefined) throw failed('list block volumes', reason);
  return result.stdout
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const space = entry.indexOf(' ');
      return { name: entry.slice(entry.lastIndexOf('/') + 1), size: BigInt(entry.slice(0, space)) };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function absent(name: string): Fault {
  return new Fault('not-found', `block volume ${name} not found`);
}
