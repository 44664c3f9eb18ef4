import { Fault, type FaultKind, isFault } from '../control/fault.ts';

/** Faults after which external-provisioner asks again; after any other it forgets the volume, which then leaks. */
export const RETRIED: readonly FaultKind[] = ['busy', 'unreachable', 'uncertain', 'timed-out', 'cancelled'];

/**
 * Runs a step that comes after something was changed: whatever else goes wrong in it leaves as `uncertain`,
 * so that the caller retries and the retry finds out.
 */
export async function afterChange<T>(step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFault(error, ...RETRIED)) throw error;
    const reason = error instanceof Fault ? `: ${error.message}` : '';
    throw new Fault('uncertain', `${step} failed${reason}; retry`, { cause: error });
  }
}

/** Runs the change itself: its faults say what they left, but a bug in it may have left anything. */
export async function duringChange<T>(step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('uncertain', `${step} failed; retry`, { cause: error });
  }
}
