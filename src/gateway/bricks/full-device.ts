import { codeOf } from '../../control/error-code.ts';
import { Fault } from '../../control/fault.ts';

const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

/** The work's result. A device that is full in fact, whatever its account says, is `exhausted` instead of a bug. */
export async function onDevice<T>(device: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!FULL.includes(codeOf(error))) throw error;
    throw new Fault('exhausted', `device ${device} is full: free space on it, or grow it`, { cause: error });
  }
}
