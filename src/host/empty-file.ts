import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { isAbsent, toErrorText } from './child-error.ts';
import { probe } from './probe.ts';
import { run } from './run.ts';

const FILE_MS = 10_000;

/** `BlockHost.makeFile` of this machine. */
export async function makeFile(path: string, call: Call): Promise<void> {
  // Opened for appending, not created alone: the parent may be a mount, and its file may be there.
  const result = await run(
    'dd',
    ['if=/dev/null', `of=${path}`, 'conv=notrunc', 'oflag=append,nofollow', 'status=none'],
    {
      signal: call.signal,
      timeoutMs: FILE_MS,
    },
  );
  if (result.exitCode === 0) return;
  const reason = toErrorText(result.stderr);
  if (['Is a directory', 'Not a directory', 'Too many levels of symbolic links'].includes(reason)) {
    throw new Fault('conflict', `${path} or a parent of it is there and is no file; move it away`);
  }
  throw new Fault('unreachable', `${path} cannot be made: ${reason}`);
}

/** `BlockHost.removeFile` of this machine. */
export async function removeFile(path: string, call: Call): Promise<void> {
  const asked = { signal: call.signal, timeoutMs: FILE_MS };
  const kept = await run('stat', ['--cached=never', '--format=%F', '--', path], asked);
  if (kept.exitCode !== 0) {
    const reason = toErrorText(kept.stderr);
    if (isAbsent(reason)) return;
    throw new Fault('unreachable', `${path} cannot be looked at: ${reason}`);
  }
  if (kept.stdout.trim() !== 'regular empty file') {
    throw new Fault(
      'wrong-state',
      `${path} is a ${kept.stdout.trim()}, which was not made here; remove it by hand`,
    );
  }
  const { exitCode, stderr } = await run('unlink', [path], asked);
  if (exitCode === 0 || (await probe(path, call)) === 'absent') return;
  throw new Fault('wrong-state', `${path} cannot be removed: ${toErrorText(stderr)}`);
}
