import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { BlockHost, DeviceMount, FsType } from '../staging/block/block-host.ts';
import { isAbsent, isDisconnected, toErrorText } from './child-error.ts';
import { readMounts } from './mountinfo.ts';
import { type CommandResult, run } from './run.ts';

/** kubelet gives a stage two minutes. */
const FORMAT_MS = 110_000;
const MOUNT_MS = 60_000;
const PROBE_MS = 5_000;
/** mount(8)'s words for EUCLEAN, EINVAL and EBADMSG: the file system, not the way to it. */
const DAMAGED = /Structure needs cleaning|wrong fs type|bad superblock|Bad message|can't read superblock/i;
/** e2fsck(8): 1 is "errors corrected", with 4 and above something is left. */
const CORRECTED = 1;
const LONGEST_REASON = 300;

const FORMATS: Readonly<Record<FsType, readonly string[]>> = {
  xfs: ['mkfs.xfs', '-q', '-f', '-K', '-m', 'reflink=1'],
  ext4: ['mkfs.ext4', '-q', '-F', '-m', '0', '-E', 'nodiscard'],
};
/** A clone of a volume has its source's id; which device is mounted is known by its path. */
const OWN_OPTIONS: Readonly<Record<FsType, readonly string[]>> = { xfs: ['nouuid'], ext4: [] };

type Methods = Pick<
  BlockHost,
  'format' | 'check' | 'mountDevice' | 'growFileSystem' | 'unmountWritten' | 'probeFileSystem'
>;

/** Those methods of `BlockHost` on this machine that have to do with the file system of a device. */
export const deviceFileSystem: Methods = {
  async format(device, fsType, call) {
    const [file = '', ...args] = FORMATS[fsType];
    const result = await run(file, [...args, device], { signal: call.signal, timeoutMs: FORMAT_MS });
    if (result.exitCode !== 0) throw failed(`${device} cannot be given an ${fsType}`, result);
  },

  async check(device, fsType, call) {
    // XFS plays back its log when it is mounted, and wants nothing before.
    if (fsType !== 'ext4') return;
    const result = await run('e2fsck', ['-p', device], { signal: call.signal, timeoutMs: FORMAT_MS });
    if ((result.exitCode ?? Number.POSITIVE_INFINITY) <= CORRECTED) return;
    throw damaged(device, fsType, result);
  },

  mountDevice,

  async growFileSystem({ device, fsType, target }, call) {
    const argv = fsType === 'xfs' ? ['xfs_growfs', '-d', target] : ['resize2fs', device];
    const [file = '', ...args] = argv;
    const result = await run(file, args, { signal: call.signal, timeoutMs: FORMAT_MS });
    if (result.exitCode !== 0) throw failed(`the file system at ${target} cannot be grown`, result);
  },

  async unmountWritten(target, call) {
    if (!(await isMounted(target))) return;
    const args = ['--no-canonicalize', '--internal-only', target];
    const result = await run('umount', args, { signal: call.signal, timeoutMs: MOUNT_MS });
    if (result.exitCode === 0 || !(await isMounted(target))) return;
    const reason = toErrorText(result.stderr);
    if (reason === 'target is busy') {
      throw new Fault('wrong-state', `${target} is in use; end the processes that work there`);
    }
    throw new Fault('unreachable', `${target} cannot be unmounted: ${reason}`);
  },

  async probeFileSystem(target, call) {
    try {
      const args = ['--cached=never', '--format=%F', '--', target];
      const result = await run('stat', args, { signal: call.signal, timeoutMs: PROBE_MS });
      if (result.exitCode === 0) return 'live';
      const reason = toErrorText(result.stderr);
      if (reason === 'Input/output error' || isDisconnected(reason)) return 'failed';
      if (isAbsent(reason)) throw new Fault('busy', `the mount at ${target} is changing; retry`);
      throw new Fault('unreachable', `${target} cannot be looked at: ${reason}`);
    } catch (error) {
      if (isFault(error, 'timed-out') && !call.signal.aborted) return 'hung';
      throw error;
    }
  },
};

async function mountDevice({ device, fsType, target, options }: DeviceMount, call: Call): Promise<void> {
  const all = [...OWN_OPTIONS[fsType], ...options];
  const flags = all.length === 0 ? [] : ['-o', all.join(',')];
  // Else mount(8) makes a read-only one of what cannot be written.
  const mode = options.includes('ro') ? '--read-only' : '--rw';
  const args = ['--no-canonicalize', '--internal-only', mode, '-t', fsType, ...flags, '--', device, target];
  const result = await run('mount', args, { signal: call.signal, timeoutMs: MOUNT_MS });
  if (result.exitCode === 0) return;
  if (DAMAGED.test(result.stderr)) throw damaged(device, fsType, result);
  throw failed(`${device} cannot be mounted at ${target}`, result);
}

function damaged(device: string, fsType: FsType, { stderr, stdout }: CommandResult): Fault {
  const program = fsType === 'xfs' ? 'xfs_repair' : 'e2fsck';
  const said = toErrorText(stderr.trim() || stdout).slice(0, LONGEST_REASON);
  return new Fault(
    'wrong-state',
    `the ${fsType} on ${device} is damaged (${said}); unmount it everywhere and run ${program} on the disk, by hand`,
  );
}

function failed(what: string, { stderr }: CommandResult): Fault {
  // mount(8) gives its reason first; the others begin with their version or their usage.
  const [first = '', ...rest] = stderr.trim().split('\n');
  const line = first.startsWith('mount') ? first : (rest.at(-1) ?? first);
  return new Fault('unreachable', `${what}: ${line.slice(0, LONGEST_REASON) || 'no reason was given'}`);
}

async function isMounted(target: string): Promise<boolean> {
  return (await readMounts()).some((mount) => mount.target === target);
}
