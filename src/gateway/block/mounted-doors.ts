import { join } from 'node:path';
import { Fault } from '../../control/fault.ts';
import { DISK_FILE } from '../../glusterd2/block-wire.ts';
import { beyondAbsence, isAbsent } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import { ask, failed, must, sweep } from './hosting-commands.ts';
import type { HostedDisks } from './hosting-mounts.ts';
import { isDoor } from './publications.ts';

const COMMAND_MS = 30_000;

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
      for (const [file, args] of [
        ['mkdir', ['--mode=0700', '--', directory]],
        ['ln', ['--no-target-directory', '--', join(root, name, DISK_FILE), disk]],
      ] as const) {
        const reason = await ask(file, args, call);
        if (reason !== undefined && isAbsent(reason))
          throw new Fault('not-found', `block volume ${name} not found`);
        if (reason !== undefined && reason !== 'File exists')
          throw failed(`publish block volume ${name}`, reason);
      }
      // A brick's journal has the link with the file.
      await must('sync', ['--', disk], call);
    },
    async closeDoors(name, doors, call) {
      for (const door of doors) await sweep(join(root, name), ['-type', 'd', '-name', door], call);
    },
  };
}
