import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { Mount } from '../staging/host.ts';
import { run } from './run.ts';

/** It takes about a millisecond; the time is that of a slow server which is asked for the directory. */
const REMOUNT_MS = 20_000;

export interface Remount {
  /** A process of the mount namespace to work in: the one whose mountinfo gave `mount`. */
  readonly pid: number;
  /** The mount to replace, on top at its target. */
  readonly mount: Mount;
  /** Where the new client is mounted, in this process's namespace: the root of its file system. */
  readonly source: string;
  /**
   * `dead`: the old client's process has ended, as the caller made sure; a mount that answers all the same is left
   * alone. `live`: the old client serves on, and what is put in its place must be the very same directory.
   */
  readonly mode: 'dead' | 'live';
}

/**
 * - `replaced`: the new mount is there, the old one is taken away.
 * - `stacked`: the new mount lies on top and the old one stays below it, as Linux before 6.5 cannot do better.
 * - `changed`: that mount is not there any more, or its process has ended; read the mounts again.
 * - `alive`: the mode is `dead`, and the mount answers.
 * - `gone`: the new client has no such directory or file, or finds a symbolic link or another one in its place.
 */
export type RemountOutcome = 'replaced' | 'stacked' | 'changed' | 'alive' | 'gone';

/**
 * Replaces a mount of a Gluster client inside a mount namespace by the same directory of another client, with the
 * same flags. There is no moment in which the bare directory beneath could be written. Mounts that lie inside it are
 * carried over and have new ids then: read the namespace's mounts again after each call. Again after a kill at any
 * step is safe. Throws `wrong-state` when only a restart of the pod helps, `unreachable`, `timed-out`, `cancelled`.
 */
export type RemountFunction = (remount: Remount, call: Call) => Promise<RemountOutcome>;

/** `program`: the path of `remount` (src/native/remount.c); see `nativeProgram`. */
export function createRemount({ program }: { readonly program: string }): RemountFunction {
  return async ({ pid, mount, source, mode }, call) => {
    const args = [String(pid), String(mount.id), mount.device, source, mode];
    const result = await run(program, args, { signal: call.signal, timeoutMs: REMOUNT_MS });
    const word = result.stdout.trim();
    if (isOutcome(word)) return word;
    const remedy = REMEDIES[word];
    if (remedy !== undefined) throw new Fault('wrong-state', `${mount.target} cannot be repaired: ${remedy}`);
    const reason = result.stderr.trim().slice(0, 300) || 'remount was killed';
    throw new Fault('unreachable', `${mount.target} cannot be replaced: ${reason}`);
  };
}

function isOutcome(word: string): word is RemountOutcome {
  return ['replaced', 'stacked', 'changed', 'alive', 'gone'].includes(word);
}

const REMEDIES: Readonly<Record<string, string>> = {
  nested: 'other mounts lie inside it and would be lost; restart the pod',
  covered: 'its directory has gone with the client, and Linux before 6.5 cannot mount there; restart the pod',
};
