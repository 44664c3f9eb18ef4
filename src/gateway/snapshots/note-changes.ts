import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, checkpoint, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { isNoted, notedBy, noteOptions, unnotedOptions } from './noting-options.ts';

const END_MS = 30_000;

/** Volumes whose replication notes each change before it is made. */
export interface NotedChanges {
  /** Throws `busy` unless that was so without a break since the beginning. */
  confirm(call: Call): Promise<void>;
  /** Ends it. Does not throw: housekeeping ends what it could not. */
  end(call: Call): Promise<void>;
}

/**
 * Has the replication of the volumes note each change before it is made, until `end`: a change that a snapshot meets
 * half-way is then listed as one to be healed (ADR 20). Resolves once all clients do so.
 */
export async function noteChanges(
  deps: VolumeDeps,
  volumes: readonly GlusterVolume[],
  call: Call,
): Promise<NotedChanges> {
  const noted = new Map<string, string>();
  const end = (given: Call) => endAll(deps, noted, detached(given, END_MS));
  try {
    const sets = volumes.map(async (volume) => {
      const mark = `${Date.now()}.${randomUUID()}`;
      const options = noteOptions(volume, mark);
      if (options === undefined) return;
      noted.set(volume.name, mark);
      await deps.gluster.set(volume.name, options, call);
    });
    const failed = (await Promise.allSettled(sets)).find((set) => set.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (await anyClients(deps, [...noted.keys()], call)) await sleep(deps.optionMs);
    checkpoint(call);
  } catch (error) {
    await end(call);
    throw error;
  }
  return { confirm: (given) => confirmAll(deps, noted, given), end };
}

/** A client that comes later has the option from the start. */
async function anyClients(deps: VolumeDeps, names: readonly string[], call: Call): Promise<boolean> {
  const clients = await Promise.all(names.map((name) => clientsOf(deps, name, call)));
  return clients.some((count) => count > 0);
}

async function clientsOf({ gluster }: VolumeDeps, name: string, call: Call): Promise<number> {
  try {
    return (await gluster.clients(name, call)).reduce((sum, { count }) => sum + count, 0);
  } catch (error) {
    // A brick or a server that cannot be asked may have some.
    if (isFault(error, 'unreachable', 'busy', 'uncertain')) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** No mark comes a second time, and what ends the noting takes the mark away: the same mark means no break. */
async function confirmAll(deps: VolumeDeps, noted: ReadonlyMap<string, string>, call: Call): Promise<void> {
  await Promise.all(
    [...noted].map(async ([name, mark]) => {
      const volume = await deps.gluster.volume(name, call);
      if (volume !== undefined && notedBy(volume) === mark && isNoted(volume)) return;
      throw new Fault('busy', `another snapshot of volume ${name} is being taken; retry`);
    }),
  );
}

async function endAll(deps: VolumeDeps, noted: ReadonlyMap<string, string>, call: Call): Promise<void> {
  await Promise.all(
    [...noted].map(([name, mark]) =>
      endNoting(deps, name, (now) => now === mark, call).catch((error: unknown) => {
        log.warn(
          { err: error, volume: name },
          'the volume goes on noting changes until housekeeping ends it',
        );
      }),
    ),
  );
}

/**
 * Ends it, when whoever has begun it satisfies `isOurs`. Somebody who begins it between the look and the change is told by
 * `confirm`.
 */
export async function endNoting(
  deps: VolumeDeps,
  name: string,
  isOurs: (mark: string) => boolean,
  call: Call,
): Promise<void> {
  const volume = await deps.gluster.volume(name, call);
  const mark = volume === undefined ? undefined : notedBy(volume);
  if (volume === undefined || mark === undefined || !isOurs(mark)) return;
  await deps.gluster.set(name, unnotedOptions(volume), call);
}
