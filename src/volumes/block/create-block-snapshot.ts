import type { Call } from '../../control/call.ts';
import { Fault, invalid } from '../../control/fault.ts';
import { afterChange, duringChange } from '../after-change.ts';
import type { VolumeName } from '../ids.ts';
import { isOwnedBy, KEYS } from '../metadata.ts';
import { findMarkDifference, type MarkedSnapshot, toGroupMetadata } from '../snapshot-metadata.ts';
import type { LocatedBlock } from './block-clusters.ts';
import { canBeHandle, formatBlockHandle } from './block-handle.ts';
import type { BlockSnapshot } from './block-snapshot.ts';

export interface CreateBlockSnapshot extends MarkedSnapshot {
  readonly source: LocatedBlock;
  readonly name: VolumeName;
}

/**
 * Takes a snapshot of the block volume, or returns the one that the same request took before, also when its source is
 * gone by now. Throws `not-found` without the source, `conflict` when the name is taken by another snapshot,
 * `wrong-state` for a volume without our mark.
 */
export async function createBlockSnapshot(request: CreateBlockSnapshot, call: Call): Promise<BlockSnapshot> {
  const { source, name, owner } = request;
  if (source.provider !== 'virtblock') {
    throw new Fault(
      'wrong-state',
      `volume ${formatBlockHandle(source)} is served over iSCSI, and snapshots are taken of kind virtblock only; copy it into one of that kind`,
    );
  }
  if (!canBeHandle({ ...source, name }))
    throw invalid('name', 'gives an id that is longer than 128 bytes; use a shorter namePrefix');
  const volume = await source.backend.find(source, call);
  if (volume === undefined) return getTaken(request, call);
  if (!isOwnedBy(owner, volume)) {
    throw new Fault(
      'wrong-state',
      `block volume ${source.name} was not made by ${owner} and is not snapshotted; copy it into one that was`,
    );
  }
  const volumeClass = volume.metadata[KEYS.volumeClass] ?? '{}';
  const metadata = { ...toGroupMetadata(request), [KEYS.volumeClass]: volumeClass };
  const taken = await duringChange(`taking snapshot ${name}`, () =>
    source.backend.createSnapshot({ name, source, metadata }, call),
  );
  return taken === 'exists'
    ? afterChange(`reading snapshot ${name}`, () => source.backend.findSnapshot({ name }, call)).then(
        (found) => requireSame(found, request),
      )
    : taken;
}

async function getTaken(request: CreateBlockSnapshot, call: Call): Promise<BlockSnapshot> {
  const { source, name } = request;
  const found = await source.backend.findSnapshot({ name }, call);
  if (found === undefined) {
    throw new Fault('not-found', `volume ${formatBlockHandle(source)} does not exist`);
  }
  return requireSame(found, request);
}

function requireSame(found: BlockSnapshot | undefined, request: CreateBlockSnapshot): BlockSnapshot {
  const { source, name } = request;
  if (found === undefined)
    throw new Fault('busy', `snapshot ${name} is being deleted by somebody else; retry`);
  const isOfSource = found.source === source.name && found.hosting === source.hosting;
  const difference = isOfSource
    ? findMarkDifference(found, request)
    : `is of volume ${found.source}, not of ${source.name}`;
  if (difference !== undefined) throw new Fault('conflict', `snapshot ${name} exists and ${difference}`);
  if (found.isReady) return found;
  throw new Fault('busy', `snapshot ${name} is not ready yet; retry`);
}
