import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { readMounts } from './mountinfo.ts';
import { run } from './run.ts';

const CONFIGFS = '/sys/kernel/config';
/** The tree of the kernel's own storage target, LIO. */
export const TARGET = `${CONFIGFS}/target`;
const MODULES = ['target_core_mod', 'target_core_iblock', 'iscsi_target_mod', 'dm_mod', 'loop'];
const COMMAND_MS = 30_000;

/** Loads what LIO needs; there already is success. Throws `unreachable` saying what is missing. */
export async function prepareLio(call: Call): Promise<void> {
  if (await succeeds('test', ['-d', `${TARGET}/iscsi`], call)) return;
  // First: the mount point is there only with configfs, which may be a module too.
  if (!(await succeeds('modprobe', ['--all', ...MODULES], call)))
    throw missing(`one of the kernel modules ${MODULES.join(', ')} cannot be loaded`);
  const isMounted = (await readMounts()).some(({ target }) => target === CONFIGFS);
  if (!isMounted && !(await succeeds('mount', ['-t', 'configfs', 'configfs', CONFIGFS], call)))
    throw missing(`configfs cannot be mounted at ${CONFIGFS}`);
  if (!(await succeeds('mkdir', ['--parents', `${TARGET}/iscsi`], call)))
    throw missing(`${TARGET}/iscsi cannot be made`);
}

async function succeeds(file: string, args: readonly string[], { signal }: Call): Promise<boolean> {
  return (await run(file, args, { signal, timeoutMs: COMMAND_MS })).exitCode === 0;
}

function missing(what: string): Fault {
  return new Fault('unreachable', `this server cannot export disks over iSCSI: ${what}`);
}
