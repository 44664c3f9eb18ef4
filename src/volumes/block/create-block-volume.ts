import type { Call } from '../../control/call.ts';
import { Fault, invalid } from '../../control/fault.ts';
import { afterChange, duringChange } from '../after-change.ts';
import type { ClusterName } from '../ids.ts';
import type { BlockBackend, BlockVolume } from './block-backend.ts';
import { canBeHandle, formatBlockHandle } from './block-handle.ts';
import { type AskedBlock, findBlockDifference, toBlockMetadata } from './block-metadata.ts';

export interface CreateBlock extends AskedBlock {
  readonly cluster: ClusterName;
  readonly backend: BlockBackend;
}

/**
 * Makes the block volume. Sends the create at once and looks only when the name is taken: then the same request is
 * returned, and another is a `conflict`. Once the create was sent, no failure is final unless the backend says that
 * nothing was changed.
 */
export async function createBlockVolume(request: CreateBlock, call: Call): Promise<BlockVolume> {
  const { backend, spec } = request;
  const made = await duringChange(`making block volume ${spec.name}`, () =>
    backend.create(spec, toBlockMetadata(request), call),
  );
  const volume = made === 'exists' ? await findExisting(request, call) : made;
  const handle = { ...volume, cluster: request.cluster };
  if (canBeHandle(handle)) return volume;
  await afterChange(`deleting block volume ${spec.name}`, () => backend.delete(volume, call));
  throw invalid(
    'name',
    `gives the id ${formatBlockHandle(handle)}, which is longer than 128 bytes; use a hosting volume or a cluster with a shorter name`,
  );
}

async function findExisting(request: CreateBlock, call: Call): Promise<BlockVolume> {
  const { backend, spec } = request;
  const { provider, name } = spec;
  const volume = await afterChange(`reading block volume ${name}`, () =>
    backend.find({ provider, name }, call),
  );
  if (volume === undefined) {
    throw new Fault('busy', `block volume ${name} is being deleted by somebody else; retry`);
  }
  const difference = findBlockDifference(volume, request);
  if (difference === undefined) return volume;
  throw new Fault('conflict', `block volume ${name} exists and ${difference}`);
}
