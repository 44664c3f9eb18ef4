import * as z from 'zod';
import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { Mark } from '../volumes/backend.ts';
import type { VolumeName } from '../volumes/ids.ts';
import { ServerError } from './faults.ts';
import type { RestClient } from './http.ts';
import { volumeInfo } from './wire.ts';

/**
 * One DELETE: the gateway stops the volume itself, once nobody uses it. glusterd2 refuses a started volume,
 * which is then stopped and deleted (it cannot tell whether clients are connected, nor look at the mark). Absent
 * is success.
 */
export async function deleteVolume(
  client: RestClient,
  name: VolumeName,
  mark: Mark | undefined,
  call: Call,
): Promise<void> {
  try {
    await remove(client, name, mark, call);
  } catch (error) {
    if (!says(error, /must be in stopped state/)) throw error;
    await refuseSnapshots(client, name, call);
    await stop(client, name, call);
    await remove(client, name, mark, call);
  }
}

/** Asked before the stop: glusterd2 would refuse the delete only after it, and leave a volume stopped that must live. */
async function refuseSnapshots(client: RestClient, name: VolumeName, call: Call): Promise<void> {
  const snapshots = await countSnapshots(client, name, call);
  if (snapshots === 0) return;
  throw new Fault('wrong-state', `volume ${name} has ${snapshots} snapshots; delete them first`);
}

async function countSnapshots(client: RestClient, name: VolumeName, call: Call): Promise<number> {
  const path = `/v1/volumes/${name}`;
  try {
    const info = await client.request(
      { method: 'GET', path, reply: volumeInfo, subject: `volume ${name}` },
      call,
    );
    return info['snap-list'].length;
  } catch (error) {
    if (isFault(error, 'not-found')) return 0;
    throw error;
  }
}

async function remove(
  client: RestClient,
  name: VolumeName,
  mark: Mark | undefined,
  call: Call,
): Promise<void> {
  try {
    const path = `/v1/volumes/${name}`;
    const query = mark === undefined ? {} : { query: { ...mark } };
    await client.request(
      { method: 'DELETE', path, ...query, reply: z.null(), subject: `volume ${name}` },
      call,
    );
  } catch (error) {
    if (!isFault(error, 'not-found')) throw error;
  }
}

async function stop(client: RestClient, name: VolumeName, call: Call): Promise<void> {
  try {
    const path = `/v1/volumes/${name}/stop`;
    await client.request({ method: 'POST', path, reply: volumeInfo, subject: `volume ${name}` }, call);
  } catch (error) {
    // Somebody else, or an earlier request of ours, was quicker.
    const isDone = isFault(error, 'not-found') || says(error, /already stopped|not started/);
    if (!isDone) throw error;
  }
}

/** True for a refusal because of the volume's state, in these words of glusterd2's. */
export function says(error: unknown, words: RegExp): boolean {
  return (
    isFault(error, 'wrong-state') && error.cause instanceof ServerError && words.test(error.cause.message)
  );
}
