import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { StoredBrick } from './brick-store.ts';
import type { StoreContext } from './store-context.ts';
import { findBricks, markedDevices } from './survey.ts';

/** Work on a volume's bricks, in the volume's turn. */
export function onVolume<T>(
  store: StoreContext,
  volume: string,
  call: Call,
  work: () => Promise<T>,
): Promise<T> {
  return store.serial.run(volume, async () => {
    checkpoint(call);
    try {
      return await work();
    } catch (error) {
      throw toFault(volume, error);
    }
  });
}

/** What the system refused (a full or failing disk) came in the middle of a change: the retry finds out. */
function toFault(volume: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const message = `the bricks of volume ${volume}: ${error.code} from a device; see to it and retry`;
  return new Fault('uncertain', message, { cause: error });
}

/** A damaged brick of a volume that is asked for by name is a fault: nobody may work on half of them. */
export async function listBricks(
  store: StoreContext,
  volume: string | undefined,
): Promise<readonly StoredBrick[]> {
  const devices = await markedDevices(store.roots);
  const found = await Promise.all(devices.map(({ path }) => findBricks(path, volume)));
  const damaged = found.flatMap((one) => one.damaged)[0];
  if (volume !== undefined && damaged !== undefined) throw new Fault('wrong-state', damaged.reason);
  return found.flatMap((one) => one.bricks);
}
