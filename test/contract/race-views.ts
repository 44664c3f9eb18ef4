import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Call } from '../../src/control/call.ts';
import { isFault } from '../../src/control/fault.ts';
import { RETRIED } from '../../src/volumes/after-change.ts';
import type { Backend } from '../../src/volumes/backend.ts';
import type { CloneVolume } from '../../src/volumes/clone-volume.ts';
import { createView } from '../../src/volumes/create-view.ts';
import { deleteView } from '../../src/volumes/delete-view.ts';
import { parseClusterName, parseVolumeName, type VolumeName } from '../../src/volumes/ids.ts';
import type { VolumeClass } from '../../src/volumes/spec.ts';
import { hasView } from '../../src/volumes/view.ts';

export interface Race {
  /** Each is the way of a controller of its own that knows nothing of the others. */
  readonly backends: readonly Backend[];
  readonly snapshot: VolumeName;
  readonly volumeClass: VolumeClass;
  readonly sizeBytes: bigint;
  readonly rounds: number;
  /** The callers' deadline. */
  readonly callMs: number;
}

const OWNER = 'file.csi.gluster.org';
const TRIES = 100;
const PAUSE_MS = 100;

/**
 * Controllers make and delete views of one snapshot at once, as the sidecars have them do: again while the outcome is
 * not certain. Expects of each view that was told that it is there, also for another controller. Resolves with how
 * many were told.
 */
export async function raceViews(race: Race): Promise<number> {
  const { backends, rounds } = race;
  let told = 0;
  await Promise.all(
    backends.map(async (backend, controller) => {
      const other = backends[(controller + 1) % backends.length] ?? backend;
      for (let round = 1; round <= rounds; round += 1) {
        await makeAndDelete(race, backend, other, `raced-${controller}-${round}`);
        told += 1;
      }
    }),
  );
  return told;
}

async function makeAndDelete(race: Race, backend: Backend, other: Backend, csiName: string): Promise<void> {
  const call = (): Call => ({ id: 'race', signal: AbortSignal.timeout(race.callMs) });
  const asked = toRequest(race, backend, csiName);
  const { name, view } = await retried(() => createView(asked, call()));
  if (view === undefined) return expect.fail('a volume of its own was made');
  const made = await other.find(name, call());
  expect(made?.state, csiName).to.equal('Started');
  expect(made !== undefined && hasView(made, view), `${csiName} was told and is there`).to.equal(true);
  const located = { kind: 'view', cluster: parseClusterName('pool'), name, view, backend } as const;
  await retried(() => deleteView(located, OWNER, call()));
}

function toRequest(
  { snapshot, volumeClass, sizeBytes }: Race,
  backend: Backend,
  csiName: string,
): CloneVolume {
  return {
    backend,
    spec: { ...volumeClass, name: parseVolumeName(csiName), csiName, capacityBytes: sizeBytes },
    range: { requiredBytes: sizeBytes, limitBytes: 0n },
    owner: OWNER,
    claim: {},
    source: { kind: 'snapshot', name: snapshot, handle: `gl1:snap:pool:${snapshot}` },
  };
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isFault(error, ...RETRIED) || tries === TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
