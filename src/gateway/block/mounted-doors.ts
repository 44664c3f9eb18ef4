import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { limitTime } from '../../control/limit-time.ts';
import { DISK_FILE } from '../../glusterd2/block-wire.ts';
import { beyondAbsence, isAbsent, toErrorText } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import { ask, failed, must, sweep } from './hosting-commands.ts';
import type { HostedDisks } from './hosting-mounts.ts';
import { isDoor } from './publications.ts';

const COMMAND_MS = 30_000;
/** Who publishes waits for it: what a node has left in its door may be much. The rest goes the next time. */
const CLOSE_MS = 5_000;
const THERE = 'File exists';

/**
 * The directories below `/<name>` by which nodes mount a block volume: each has a hard link to its file, which keeps
 * its own name whoever mounts it. By commands as with `mountedDisks`.
 */
export function mountedDoors(root: string): Pick<HostedDisks, 'doors' | 'openDoor' | 'closeDoors'> {
  return {
    async doors(name, call) {
      const args = [join(root, name), '-mindepth', '1', '-maxdepth', '1', '-type', 'd', '-printf', '%f\\0'];
      const result = await run('find', args, { signal: call.signal, timeoutMs: COMMAND_MS });
      const reason = beyondAbsence(result);
      if (reason !== undefined) throw failed(`look into block volume ${name}`, reason);
      return result.stdout.split('\0').filter(isDoor).toSorted();
    },
    async openDoor(name, door, call) {
      const directory = join(root, name, door);
      const disk = join(directory, DISK_FILE);
      const original = join(root, name, DISK_FILE);
      const made = await ask('mkdir', ['--mode=0700', '--', directory], call);
      if (made !== undefined && isAbsent(made))
        throw new Fault('not-found', `block volume ${name} not found`);
      if (made !== undefined && made !== THERE) throw failed(`publish block volume ${name}`, made);
      const linked = await ask('ln', ['--no-target-directory', '--', original, disk], call);
      if (linked !== undefined && isAbsent(linked))
        throw new Fault('busy', `block volume ${name} was published otherwise, or deleted, meanwhile; retry`);
      if (linked !== undefined && linked !== THERE) throw failed(`publish block volume ${name}`, linked);
      if (linked === THERE) await requireSame(original, disk, call);
      // A brick's journal has the link with the file.
      await must('sync', ['--', disk], call);
    },
    async closeDoors(name, doors, call) {
      if (doors.length === 0) return;
      const names = doors.flatMap((door) => ['-o', '-name', door]).slice(1);
      using limit = limitTime(call.signal, CLOSE_MS);
      await sweep(join(root, name), ['-type', 'd', '(', ...names, ')'], { ...call, signal: limit.signal });
    },
  };
}

/** Nodes write in their doors: another file there would be written for months, and go with the door. */
async function requireSame(original: string, disk: string, call: Call): Promise<void> {
  const args = ['--cached=never', '--format=%i', '--', original, disk];
  const options = { signal: call.signal, timeoutMs: COMMAND_MS };
  const { exitCode, stdout, stderr } = await run('stat', args, options);
  if (exitCode !== 0) throw failed('compare a disk with its door', toErrorText(stderr));
  const [one, other] = stdout.trim().split('\n');
  if (one !== undefined && one === other) return;
  throw new Fault(
    'wrong-state',
    `${disk} is not the disk any more: its node has put another file there; keep that if it is wanted, and unpublish the block volume`,
  );
}
