import { createHash } from 'node:crypto';
import type { CloneVolume } from './clone-volume.ts';
import { isViewId, toVolumeName, type ViewId, type VolumeName } from './ids.ts';
import { FORMAT, KEYS, toClassText, toMetadata } from './metadata.ts';
import { findDifference } from './same-request.ts';
import type { Snapshot } from './snapshot.ts';
import type { Volume, VolumeSpec } from './spec.ts';

/** Metadata of a shared volume: one key a view, its CSI name the value. */
const PREFIX = 'view-';
/** Servers refuse every client's writes; their own daemons still heal. */
const READ_ONLY = { 'features.read-only': 'on' };

export interface View {
  readonly id: ViewId;
  readonly csiName: string;
}

/** The metadata key of a view. */
export function keyOf(view: ViewId): string {
  return `${PREFIX}${view}`;
}

/** The views that share the volume, in order of id. */
export function viewsOf({ metadata }: Pick<Volume, 'metadata'>): readonly View[] {
  return Object.entries(metadata)
    .map(([key, csiName]) => ({ id: key.slice(PREFIX.length), csiName, isView: key.startsWith(PREFIX) }))
    .flatMap(({ id, csiName, isView }) => (isView && isViewId(id) ? [{ id, csiName }] : []))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export function hasView({ metadata }: Pick<Volume, 'metadata'>, view: ViewId): boolean {
  return Object.hasOwn(metadata, keyOf(view));
}

/** True for a volume that is just being made, or was left so: its metadata come after it. */
export function isHalfMade({ state, metadata }: Pick<Volume, 'state' | 'metadata'>): boolean {
  return state === 'Created' && Object.keys(metadata).length === 0;
}

/** True once the volume takes no new views and is to be deleted. */
export function isClosing({ metadata }: Pick<Volume, 'metadata'>): boolean {
  return Object.hasOwn(metadata, KEYS.closing);
}

/** Same snapshot, class and size: the same volume. `part` counts from 1; each holds as many views as metadata has room for. */
export function sharedName(
  { name, created }: Pick<Snapshot, 'name' | 'created'>,
  spec: VolumeSpec,
  part: number,
): VolumeName {
  // A name may come again, of another moment.
  const identity = [name, created.getTime(), toClassText(spec), spec.capacityBytes, part].join('\u0000');
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 24);
  // No CSI name holds a NUL, so that no other request can have this name.
  return toVolumeName(`view\u0000${hash}`);
}

/** The volume to be shared, for the backend. */
export function sharedSpec(spec: VolumeSpec, name: VolumeName): VolumeSpec {
  return { ...spec, name, options: { ...spec.options, ...READ_ONLY } };
}

/** Its metadata while it has no views: no owner, so that it is not taken for a volume that a claim has alone. */
export function sharedMetadata({ spec, owner, source }: CloneVolume): Readonly<Record<string, string>> {
  const marked = toMetadata({ spec, owner, claim: {}, source });
  const kept = [KEYS.volumeClass, KEYS.source, KEYS.cloneBytes].map((key) => [key, marked[key] ?? '']);
  return { [KEYS.format]: FORMAT, [KEYS.viewOwner]: owner, ...Object.fromEntries(kept) };
}

/** In which way the view that the volume has is not what is asked for; undefined when it is. */
export function findViewDifference(volume: Volume, request: CloneVolume): string | undefined {
  const { [KEYS.viewOwner]: owner = '', ...metadata } = volume.metadata;
  const marks = { [KEYS.owner]: owner, [KEYS.csiName]: request.spec.csiName };
  return findDifference({ ...volume, metadata: { ...metadata, ...marks } }, request);
}
