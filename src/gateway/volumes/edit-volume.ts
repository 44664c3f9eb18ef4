import type { Call } from '../../control/call.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { checkMetadata, formatRecord, getRecord } from '../volume-record.ts';
import { type VolumeDeps, volumeKey } from './deps.ts';
import { getVolume } from './get-volume.ts';
import { withRecord } from './restore-record.ts';
import { writeRecord } from './write-record.ts';

export interface MetadataEdit {
  readonly metadata: Readonly<Record<string, string>>;
  /** The keys are removed instead. */
  readonly remove: boolean;
}

/** Merges into the volume's metadata, or removes from it. Throws `not-found`, `invalid`, `busy`. */
export async function editVolume(
  deps: VolumeDeps,
  name: string,
  edit: MetadataEdit,
  call: Call,
): Promise<GlusterVolume> {
  checkMetadata(edit.metadata);
  using _lock = deps.locks.acquire(volumeKey(name));
  const volume = await withRecord(deps, await getVolume(deps.gluster, name, call), call);
  const record = getRecord(volume);
  const option = formatRecord({ ...record, metadata: edited(record.metadata, edit) });
  return writeRecord(deps, volume, option, call);
}

function edited(
  old: Readonly<Record<string, string>>,
  { metadata, remove }: MetadataEdit,
): Readonly<Record<string, string>> {
  if (!remove) return { ...old, ...metadata };
  return Object.fromEntries(Object.entries(old).filter(([key]) => !Object.hasOwn(metadata, key)));
}
