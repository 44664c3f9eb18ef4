import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { Fault } from '../control/fault.ts';
import type { GlusterMount } from '../staging/host.ts';

/** Where Gluster's packages rotate logs. */
const LOG_DIRECTORY = '/var/log/glusterfs';
/** A failing client writes a few kilobytes; DEBUG and TRACE write more. */
const TAIL_BYTES = 64 * 1024;
const LONGEST_REASON = 300;

/** The client's log: one file for a volume at a target, however often it is mounted there. */
export function logFileOf({ volume, target }: GlusterMount): string {
  const hash = createHash('sha256').update(target).digest('hex').slice(0, 12);
  return `${LOG_DIRECTORY}/gluster-csi-${volume.slice(0, 128)}-${hash}.log`;
}

/** Bytes in the log; 0 when there is none yet. */
export async function sizeOfLog(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The end of what the client wrote from an offset on; empty when nothing can be read. */
export async function readLog(path: string, from: number): Promise<string> {
  const size = await sizeOfLog(path);
  const start = Math.max(from <= size ? from : 0, size - TAIL_BYTES);
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}

/** What a client says in its log, and what that means. The first that matches is the root of the others. */
const MEANINGS: readonly {
  readonly pattern: RegExp;
  readonly kind: 'unreachable' | 'not-found';
  readonly text: (mount: GlusterMount, match: RegExpExecArray) => string;
}[] = [
  {
    pattern: /fail(?:ed|ure)? to (?:open|access) \/dev\/fuse|cannot open \/dev\/fuse/,
    kind: 'unreachable',
    text: () => '/dev/fuse cannot be opened; load the fuse module and give this container the device',
  },
  {
    pattern: /failed to fetch volume file|failed to get the 'volume file' from server/,
    kind: 'not-found',
    text: ({ volume, servers }) =>
      `${servers.join(', ')} know no volume ${volume}; correct the volume's handle or make the volume`,
  },
  {
    pattern: /DNS resolution failed on host (\S{1,255})/,
    kind: 'unreachable',
    text: (_, match) => `the name of the server ${match[1]} cannot be resolved on this node`,
  },
  {
    pattern: /Exhausted all volfile servers/,
    kind: 'unreachable',
    text: ({ servers }) => `glusterd answers on none of ${servers.join(', ')}`,
  },
  {
    pattern: /subdirectory for mount "[^"]{0,1024}" is not found/,
    kind: 'not-found',
    text: ({ volume, subdirectory }) =>
      `${volume} has no directory ${subdirectory}; make it, or correct the volume's handle`,
  },
  {
    pattern: /Authentication failed|authenication failed|SETVOLUME .{0,200}failed/i,
    kind: 'unreachable',
    text: ({ volume }) =>
      `the bricks refuse this node; allow it in auth.allow or auth.ssl-allow of ${volume}`,
  },
  {
    pattern: /failed to get the port number for remote subvolume/,
    kind: 'unreachable',
    text: ({ volume }) => `bricks of ${volume} do not run; start the volume`,
  },
];

/** Why a mount failed, by what its client left in its log, or on stderr when it did not get that far. */
export function toMountFault(mount: GlusterMount, log: string, stderr: string): Fault {
  for (const { pattern, kind, text } of MEANINGS) {
    const match = pattern.exec(log);
    if (match !== null) return new Fault(kind, `cannot mount ${mount.volume}: ${text(mount, match)}`);
  }
  return new Fault('unreachable', `cannot mount ${mount.volume}: ${lastError(log) ?? firstLine(stderr)}`);
}

/** `[2026-11-21 23:03:43.07] E [MSGID: 1] [file.c:1:function] 0-fuse: text` */
function lastError(log: string): string | undefined {
  const text = [...log.matchAll(/^\[[^\]]*\] [EC] (?:\[[^\]]*\] )+[^ ]+ (.*)$/gm)].at(-1)?.[1];
  return text === undefined ? undefined : quote(text);
}

function firstLine(stderr: string): string {
  const text = stderr.split('\n')[0] ?? '';
  return text === '' ? 'the client ended without a reason' : quote(text);
}

function quote(text: string): string {
  return `the client says "${text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_REASON)}"`;
}
