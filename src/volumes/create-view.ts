import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import { afterChange, duringChange } from './after-change.ts';
import { type CloneVolume, cloneVolume } from './clone-volume.ts';
import type { ProvisionedVolume } from './create-volume.ts';
import { deleteClosing } from './delete-view.ts';
import { exchange, untilSettled } from './exchange.ts';
import { toViewId, type ViewId, type VolumeName } from './ids.ts';
import { canBeKept, KEYS } from './metadata.ts';
import { type PreparedSource, prepareSource } from './passing-snapshot.ts';
import type { Volume } from './spec.ts';
import {
  findViewDifference,
  hasView,
  isClosing,
  isHalfMade,
  keyOf,
  sharedMetadata,
  sharedName,
  sharedSpec,
  viewsOf,
} from './view.ts';

export interface ProvisionedView extends ProvisionedVolume {
  /** Undefined when it is a volume of the request's own. */
  readonly view: ViewId | undefined;
}

/**
 * A read-only view of a snapshot: all requests for the same snapshot, class and size share one volume, which the first
 * of them makes and the last delete removes. Where metadata cannot be exchanged safely, and where one was made before
 * now, it is a clone of the request's own. Throws `not-found`, `invalid` and `out-of-range` as a clone does.
 */
export async function createView(request: CloneVolume, call: Call): Promise<ProvisionedView> {
  const { backend, spec } = request;
  const isShared = canBeKept(withView(sharedMetadata(request), request)) && (await backend.canExchange(call));
  if (!isShared || (await backend.find(spec.name, call)) !== undefined) {
    return { ...(await cloneVolume(request, call)), view: undefined };
  }
  const volume = (await findJoined(request, call)) ?? (await join(request, call));
  if (volume.state !== 'Started') {
    await afterChange(`starting volume ${volume.name}`, () => backend.start(volume.name, call));
  }
  const capacityBytes = volume.capacityBytes ?? spec.capacityBytes;
  return { name: volume.name, capacityBytes, view: toViewId(spec.csiName) };
}

/** The volume of which this view is one already, found by the view: its snapshot may be gone. */
async function findJoined(request: CloneVolume, call: Call): Promise<Volume | undefined> {
  const { backend, spec, owner } = request;
  const key = keyOf(toViewId(spec.csiName));
  const { volumes } = await backend.list({ key, value: spec.csiName, after: '', limit: 10 }, call);
  const volume = volumes.find((one) => one.metadata[KEYS.viewOwner] === owner && !isClosing(one));
  if (volume === undefined) return undefined;
  const difference = findViewDifference(volume, request);
  if (difference === undefined) return volume;
  throw new Fault('conflict', `view ${spec.csiName} exists, and volume ${volume.name} ${difference}`);
}

async function join(request: CloneVolume, call: Call): Promise<Volume> {
  const prepared = await prepareSource(request, call);
  const sized = { ...request, spec: { ...request.spec, capacityBytes: prepared.capacityBytes } };
  for (let part = 1; ; part += 1) {
    const name = sharedName({ name: prepared.snapshot, created: prepared.created }, sized.spec, part);
    const joined = await untilSettled(`volume ${name}`, call, () => tryToJoin(sized, prepared, name, call));
    if (joined !== 'full') return joined;
  }
}

/** Undefined: it was changed or deleted meanwhile. */
async function tryToJoin(
  request: CloneVolume,
  { snapshot }: PreparedSource,
  name: VolumeName,
  call: Call,
): Promise<Volume | 'full' | undefined> {
  const { backend, spec, owner } = request;
  const found = await backend.find(name, call);
  if (found !== undefined && !isHalfMade(found) && found.metadata[KEYS.viewOwner] !== owner) {
    throw new Fault('conflict', `volume ${name} exists and was not made by ${owner} for views`);
  }
  if (found !== undefined && isClosing(found)) {
    await clearAway(request, name, call);
    return undefined;
  }
  // One that has views is whole: they came after it was.
  if (found !== undefined && viewsOf(found).length > 0) return enter(request, found, call);
  const wanted = { snapshot, spec: sharedSpec(spec, name), metadata: sharedMetadata(request) };
  const made = await duringChange(`making volume ${name}`, () => backend.clone(wanted, call));
  if (made === undefined || made.metadata[KEYS.viewOwner] !== owner) return undefined;
  return enter(request, made, call);
}

async function enter(request: CloneVolume, volume: Volume, call: Call): Promise<Volume | 'full' | undefined> {
  const { backend, spec } = request;
  if (hasView(volume, toViewId(spec.csiName))) return requireOwn(volume, request);
  const metadata = withView(volume.metadata, request);
  if (isClosing(volume)) return undefined;
  if (!canBeKept(metadata)) return 'full';
  const isIn = await afterChange(`entering volume ${volume.name}`, () =>
    exchange(backend, volume, metadata, call),
  );
  return isIn ? { ...volume, metadata } : undefined;
}

/** The answer to an earlier try may have been lost. */
function requireOwn(volume: Volume, { spec }: CloneVolume): Volume {
  if (volume.metadata[keyOf(toViewId(spec.csiName))] === spec.csiName) return volume;
  throw new Fault('conflict', `volume ${volume.name} has a view of the same id; choose another name`);
}

/** Its last view was being deleted. Still mounted somewhere, it cannot go yet, which is no fault of this request. */
async function clearAway({ backend }: CloneVolume, name: VolumeName, call: Call): Promise<void> {
  try {
    await deleteClosing(backend, name, call);
  } catch (error) {
    if (!isFault(error, 'wrong-state')) throw error;
    throw new Fault('busy', `volume ${name} is being deleted: ${error.message}; retry`, { cause: error });
  }
}

function withView(metadata: Volume['metadata'], { spec }: CloneVolume): Volume['metadata'] {
  return { ...metadata, [keyOf(toViewId(spec.csiName))]: spec.csiName };
}
