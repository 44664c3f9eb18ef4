import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import { afterChange, duringChange } from './after-change.ts';
import type { CreateVolume, ProvisionedVolume } from './create-volume.ts';
import { KEYS, toMetadata } from './metadata.ts';
import { passingName, prepareSource, withoutLeftovers } from './passing-snapshot.ts';
import { type ContentSource, findDifference } from './same-request.ts';
import type { Volume, VolumeSpec } from './spec.ts';

export interface CloneVolume extends CreateVolume {
  readonly source: ContentSource;
}

/**
 * Makes a volume of the content of a snapshot, or of a volume by way of a snapshot that goes with the request.
 * A volume of that name that is up is returned if it is of the same request; one that is not may be what an
 * interrupted request left, which the backend can tell.
 */
export async function cloneVolume(request: CloneVolume, call: Call): Promise<ProvisionedVolume> {
  const { backend, spec } = request;
  const found = await backend.find(spec.name, call);
  if (found !== undefined && found.state !== 'Created') return finishExisting(request, found, call);
  return withoutLeftovers(request, call, async () => {
    const { snapshot, capacityBytes } = await prepareSource(request, call);
    const wanted = { ...request, spec: { ...spec, capacityBytes } };
    const clone = await duringChange(`cloning volume ${spec.name}`, () =>
      backend.clone({ snapshot, spec: wanted.spec, metadata: toMetadata(wanted) }, call),
    );
    if (clone === undefined) throw taken(found, wanted);
    return complete(wanted, clone, call);
  });
}

function taken(found: Volume | undefined, request: CloneVolume): Fault {
  const { name } = request.spec;
  if (found === undefined) return new Fault('busy', `volume ${name} is being made by somebody else; retry`);
  const difference = findDifference(found, request) ?? 'was not made by this request';
  return new Fault('conflict', `volume ${name} exists and ${difference}`);
}

async function finishExisting(request: CloneVolume, found: Volume, call: Call): Promise<ProvisionedVolume> {
  const capacityBytes = promisedBytes(found);
  const difference = findDifference({ ...found, capacityBytes }, request);
  if (difference !== undefined) throw new Fault('conflict', `volume ${found.name} exists and ${difference}`);
  const spec = { ...request.spec, capacityBytes: capacityBytes ?? request.spec.capacityBytes };
  const same = { ...request, spec };
  return complete(same, await goOn(same, found, call), call);
}

/** What was asked for when it was made: an interrupted request may have left it smaller. */
function promisedBytes({ capacityBytes, metadata }: Volume): bigint | undefined {
  const asked = metadata[KEYS.cloneBytes] ?? '';
  const askedBytes = /^\d{1,19}$/.test(asked) ? BigInt(asked) : 0n;
  return capacityBytes !== undefined && capacityBytes < askedBytes ? askedBytes : capacityBytes;
}

/** The clone may be up and not healed yet. A snapshot that is gone was not needed any more, or was deleted since. */
async function goOn(request: CloneVolume, found: Volume, call: Call): Promise<Volume> {
  const { backend, spec, source } = request;
  const snapshot = source.kind === 'volume' ? passingName(spec) : source.name;
  const metadata = toMetadata(request);
  try {
    const again = await afterChange(`cloning volume ${spec.name}`, () =>
      backend.clone({ snapshot, spec, metadata }, call),
    );
    return again ?? found;
  } catch (error) {
    if (isFault(error, 'uncertain') && isFault(error.cause, 'not-found')) return found;
    throw error;
  }
}

/** What comes once the content is there; each step is success when it is done already. */
async function complete(request: CloneVolume, clone: Volume, call: Call): Promise<ProvisionedVolume> {
  const { backend, spec, source } = request;
  await afterChange(`starting volume ${spec.name}`, () => backend.start(spec.name, call));
  const capacityBytes = await afterChange(`expanding volume ${spec.name}`, () =>
    ensureSize(request, clone, call),
  );
  if (source.kind === 'volume') {
    const name = passingName(spec);
    await afterChange(`deleting snapshot ${name}`, () => backend.deleteSnapshot(name, call));
  }
  return { name: spec.name, capacityBytes };
}

async function ensureSize(
  { backend, spec }: { backend: CloneVolume['backend']; spec: VolumeSpec },
  { capacityBytes }: Volume,
  call: Call,
): Promise<bigint> {
  if (capacityBytes !== undefined && capacityBytes >= spec.capacityBytes) return capacityBytes;
  return backend.resize(spec.name, spec.capacityBytes, call);
}
