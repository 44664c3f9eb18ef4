import type { Call } from '../control/call.ts';
import { Fault, invalid, isFault } from '../control/fault.ts';
import { afterChange, duringChange, RETRIED } from './after-change.ts';
import { type CloneSource, chooseCloneCapacity, requireSameBricks } from './clone-rules.ts';
import type { CloneVolume } from './clone-volume.ts';
import { toVolumeName, type VolumeName } from './ids.ts';
import { isOwnedBy, KEYS } from './metadata.ts';
import type { Snapshot } from './snapshot.ts';
import { toPassingMetadata } from './snapshot-metadata.ts';
import type { VolumeSpec } from './spec.ts';

export interface PreparedSource {
  readonly snapshot: VolumeName;
  readonly created: Date;
  /** Of the clone. */
  readonly capacityBytes: bigint;
}

/** A volume is cloned by way of this snapshot, whose name no other request can have: a CSI name holds no NUL. */
export function passingName({ name }: Pick<VolumeSpec, 'name'>): VolumeName {
  return toVolumeName(`clone\u0000${name}`);
}

/**
 * The snapshot to clone, checked against what is asked for: the one that the request names, else one taken of the
 * volume that it names. Throws `not-found` without the source, `invalid` and `out-of-range` (see clone-rules.ts).
 */
export async function prepareSource(request: CloneVolume, call: Call): Promise<PreparedSource> {
  const { source, spec, range } = request;
  const found = source.kind === 'snapshot' ? await getSource(request, call) : await take(request, call);
  const rules: CloneSource = { ...found, what: `${source.kind} ${source.name}` };
  requireSameBricks(rules, spec);
  return { snapshot: found.name, created: found.created, capacityBytes: chooseCloneCapacity(rules, range) };
}

async function getSource({ backend, source, owner }: CloneVolume, call: Call): Promise<Snapshot> {
  const snapshot = await backend.findSnapshot(source.name, call);
  if (snapshot === undefined) throw noSource(source.handle);
  if (isOwnedBy(owner, snapshot)) return snapshot;
  throw invalid('volume_content_source', `snapshot ${source.name} was not made by ${owner}`);
}

/** Checked before the snapshot is taken too: what cannot be cloned is not frozen for it. */
async function take(request: CloneVolume, call: Call): Promise<Snapshot> {
  const { backend, source, spec, owner, range } = request;
  const name = passingName(spec);
  const volume = await backend.find(source.name, call);
  if (volume === undefined) return takenBefore(request, call);
  if (!isOwnedBy(owner, volume)) {
    throw invalid('volume_content_source', `volume ${source.name} was not made by ${owner}`);
  }
  const rules: CloneSource = { ...volume, what: `volume ${source.name}` };
  requireSameBricks(rules, spec);
  chooseCloneCapacity(rules, range);
  const metadata = toPassingMetadata(spec.name, volume);
  const snapshot = await duringChange(`taking snapshot ${name}`, () =>
    backend.createSnapshot({ name, source: source.name, metadata }, call),
  );
  return requireOurs(snapshot, request);
}

/** An earlier try may have taken it before the source was deleted. */
async function takenBefore(request: CloneVolume, call: Call): Promise<Snapshot> {
  const snapshot = await request.backend.findSnapshot(passingName(request.spec), call);
  if (snapshot === undefined) throw noSource(request.source.handle);
  return requireOurs(snapshot, request);
}

function requireOurs(snapshot: Snapshot, { source, spec }: CloneVolume): Snapshot {
  if (snapshot.source === source.name && snapshot.metadata[KEYS.madeFor] === spec.name) return snapshot;
  throw new Fault('conflict', `snapshot ${snapshot.name} exists and is of volume ${snapshot.source}`);
}

function noSource(handle: string): Fault {
  return new Fault('not-found', `volume_content_source: ${handle} does not exist`);
}

/**
 * Runs the clone of a request. When it fails for good, nobody comes back for the snapshot that was taken for it:
 * it is deleted first, and the failure is not final until that is done.
 */
export async function withoutLeftovers<T>(
  { source, backend, spec }: CloneVolume,
  call: Call,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (source.kind !== 'volume' || isFault(error, ...RETRIED) || !isFault(error)) throw error;
    const name = passingName(spec);
    const isOurs = (await afterChange(`reading snapshot ${name}`, () => backend.findSnapshot(name, call)))
      ?.metadata[KEYS.madeFor];
    if (isOurs === spec.name) {
      await afterChange(`deleting snapshot ${name}`, () => backend.deleteSnapshot(name, call));
    }
    throw error;
  }
}
