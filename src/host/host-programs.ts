import { Fault } from '../control/fault.ts';
import { type CommandOptions, type CommandResult, run } from './run.ts';

export type RunProgram = (
  file: string,
  args: readonly string[],
  options: CommandOptions,
) => Promise<CommandResult>;

/** nsenter(1): the program is not there. */
const NOT_FOUND = 127;

/**
 * Runs programs of the host in its mount and IPC namespaces, found below `namespaces` (`/proc/1/ns`); undefined for
 * this process's own. Daemons of the host are asked by clients of their own version: iscsiadm hands iscsid a bare C
 * structure, of which releases have different ones. And libdevmapper waits for the host's udev on a semaphore.
 */
export function programsIn(namespaces: string | undefined): RunProgram {
  if (namespaces === undefined) return run;
  const enter = [`--mount=${namespaces}/mnt`, `--ipc=${namespaces}/ipc`, '--'];
  return async (file, args, options) => {
    const result = await run('nsenter', [...enter, file, ...args], options);
    if (result.exitCode !== NOT_FOUND) return result;
    throw new Fault('unreachable', `${file} is not installed on this node`);
  };
}
