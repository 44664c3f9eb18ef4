import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { afterChange, duringChange } from './after-change.ts';
import type { Backend } from './backend.ts';
import type { VolumeName } from './ids.ts';
import { toMetadata } from './metadata.ts';
import type { ClassParameters } from './parameters.ts';
import { type Asked, findDifference } from './same-request.ts';
import type { Volume } from './spec.ts';

export interface CreateVolume extends Asked {
  readonly backend: Backend;
  readonly claim: ClassParameters['claim'];
}

/** What a volume is for the CO: its name is known, its size promised. */
export interface ProvisionedVolume {
  readonly name: VolumeName;
  readonly capacityBytes: bigint;
}

/**
 * Makes the volume and starts it. Sends the create at once and looks only when the name is taken: then the
 * same request is returned or finished, and another is a `conflict`. Once the create was sent, no failure is final
 * unless the backend says that nothing was changed.
 */
export async function createVolume(request: CreateVolume, call: Call): Promise<ProvisionedVolume> {
  const { backend, spec } = request;
  const metadata = toMetadata(request);
  const outcome = await duringChange(`making volume ${spec.name}`, () =>
    backend.create(spec, metadata, call),
  );
  if (outcome === 'exists') return finishExisting(request, call);
  await afterChange(`starting volume ${spec.name}`, () => backend.start(spec.name, call));
  return { name: spec.name, capacityBytes: spec.capacityBytes };
}

async function finishExisting(request: CreateVolume, call: Call): Promise<ProvisionedVolume> {
  const { backend, spec } = request;
  const volume = await afterChange(`reading volume ${spec.name}`, () => backend.find(spec.name, call));
  if (volume === undefined) {
    throw new Fault('busy', `volume ${spec.name} is being deleted by somebody else; retry`);
  }
  const difference = findDifference(volume, request);
  if (difference !== undefined) throw new Fault('conflict', `volume ${spec.name} exists and ${difference}`);
  await ensureStarted(volume, backend, call);
  return { name: volume.name, capacityBytes: volume.capacityBytes ?? spec.capacityBytes };
}

/** Created and not started is what an interrupted request left. */
async function ensureStarted(volume: Volume, backend: Backend, call: Call): Promise<void> {
  if (volume.state === 'Started') return;
  await afterChange(`starting volume ${volume.name}`, () => backend.start(volume.name, call));
}
