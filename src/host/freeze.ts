import { Fault } from '../control/fault.ts';
import type { ClientCgroups } from './client-cgroup.ts';
import { converse, run } from './run.ts';

/** File systems that stand still. */
export interface Freeze {
  /** Thaws them. True when all of them stood still without a break until now. Twice is the same answer. */
  thaw(): Promise<boolean>;
}

export interface Freezer {
  /**
   * Freezes the mounted file systems of the directories, all or none, for `seconds` (1 to 5) at most: then, or when
   * this process dies, its watchdog thaws them. Throws `busy` when one is frozen already, `unreachable`.
   */
  freeze(directories: readonly string[], seconds: number): Promise<Freeze>;
  /** Thaws what is frozen of them; not frozen is success. Throws `unreachable`. */
  thaw(directories: readonly string[]): Promise<void>;
}

export interface FreezerOptions {
  /** The path of `freeze` (src/native/freeze.c). */
  readonly program: string;
  /** Where the watchdog lives, so that it outlives the service that started it; undefined: with that service. */
  readonly cgroups: Pick<ClientCgroups, 'prepare'> | undefined;
}

const GROUP = 'freeze';
const THAW_MS = 20_000;
const EBUSY = '16';

/** The file systems are frozen by a program of its own session and cgroup, which thaws them whatever dies. */
export function createFreezer({ program, cgroups }: FreezerOptions): Freezer {
  return {
    async freeze(directories, seconds) {
      const argv = [...((await cgroups?.prepare(GROUP)) ?? []), program, String(seconds), ...directories];
      const [file = program, ...args] = argv;
      const watchdog = converse(file, args);
      const said = await watchdog.line();
      if (said !== 'frozen') {
        watchdog.close();
        const code = await watchdog.ended;
        throw toFault(said ?? `the watchdog ended with ${code}`);
      }
      let thawed: Promise<boolean> | undefined;
      const thaw = async () => {
        watchdog.close();
        const isUnbroken = (await watchdog.line()) === 'unbroken';
        const isClean = (await watchdog.ended) === 0;
        // Somebody may have killed the watchdog itself.
        if (!isClean) await thawAll(program, directories);
        return isUnbroken && isClean;
      };
      return { thaw: () => (thawed ??= thaw()) };
    },
    thaw: (directories) => thawAll(program, directories),
  };
}

/** In parts, as the program takes so many. */
async function thawAll(program: string, directories: readonly string[]): Promise<void> {
  const PART = 512;
  for (let at = 0; at < directories.length; at += PART) {
    const part = directories.slice(at, at + PART);
    const { exitCode, stdout, stderr } = await run(program, ['0', ...part], { timeoutMs: THAW_MS });
    if (exitCode === 0) continue;
    throw new Fault('unreachable', `cannot thaw: ${`${stdout}${stderr}`.trim().slice(0, 500)}`);
  }
}

function toFault(said: string): Fault {
  const [, error, path] = /^failed (\d+) (.*)$/.exec(said) ?? [];
  if (error === EBUSY) {
    return new Fault('busy', `${path} is frozen already, by another snapshot or by hand; retry`);
  }
  const reason = error === undefined ? said : `error ${error} of ${path}`;
  return new Fault('unreachable', `the bricks could not be brought to a standstill (${reason}); retry`);
}
