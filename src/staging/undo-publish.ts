import { type Call, detached } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { Host } from './host.ts';

const UNDO_MS = 30_000;

/** Takes away what a publish that failed has left at the target. Throws `uncertain` when it cannot. */
export async function undoPublish(
  host: Host,
  { target, cause }: { readonly target: string; readonly cause: unknown },
  call: Call,
): Promise<void> {
  const own = detached(call, UNDO_MS);
  try {
    await host.unmount(target, own);
    await host.removeDirectory(target, own).catch((error: unknown) => {
      // It was there before, with something in it.
      if (!isFault(error, 'wrong-state')) throw error;
    });
  } catch {
    throw new Fault('uncertain', `publishing at ${target} failed, and so did undoing it; retry`, { cause });
  }
}
