import { Fault } from '../../control/fault.ts';

/** Takes away what a stage that failed has left. Throws `uncertain`, with the reason of the failure, when it cannot. */
export async function undoStage(
  { id, cause }: { readonly id: string; readonly cause: unknown },
  unstage: () => Promise<void>,
): Promise<void> {
  try {
    await unstage();
  } catch {
    const why = cause instanceof Fault ? `: ${cause.message}` : '';
    throw new Fault('uncertain', `staging ${id} failed, and so did undoing it${why}`, { cause });
  }
}
