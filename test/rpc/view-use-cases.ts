import { createRequest, type Harness, MOUNT } from './controller-harness.ts';
import { fromSnapshot, type UseCase, withSnapshot } from './snapshot-use-cases.ts';

export const READERS = [{ ...MOUNT, accessMode: { mode: 'MULTI_NODE_READER_ONLY' as const } }];

/** A view of snap-1 for a claim of this name. */
export function createView(harness: Harness, name: string, change = {}, deadlineMs = 20_000) {
  const request = { ...fromSnapshot, volumeCapabilities: READERS, ...change };
  return harness.rpc('CreateVolume', createRequest(name, request), deadlineMs);
}

async function withViews(harness: Harness, ...names: readonly string[]): Promise<void> {
  await withSnapshot(harness);
  for (const name of names) await createView(harness, name);
}

async function idOf(harness: Harness): Promise<string> {
  const { entries } = await harness.rpc('ListVolumes', {});
  return entries.find(({ volume }) => volume?.volumeId.startsWith('gl1:view:'))?.volume?.volumeId ?? '';
}

/** Deletes a view whose id the harness knows, as the last one or not. */
function deletion(...names: readonly string[]): UseCase {
  const ids = new WeakMap<Harness, string>();
  return {
    async prepare(harness) {
      await withViews(harness, ...names);
      ids.set(harness, await idOf(harness));
    },
    act: (harness, ms) => harness.rpc('DeleteVolume', { volumeId: ids.get(harness) ?? '' }, ms),
  };
}

/** To be tried with a fault at each step, and by several at once. */
export const VIEW_USE_CASES: Record<string, UseCase> = {
  'CreateVolume of the first view': {
    prepare: withSnapshot,
    act: (harness, ms) => createView(harness, 'rox-1', {}, ms),
  },
  'CreateVolume of a second view': {
    prepare: (harness) => withViews(harness, 'rox-1'),
    act: (harness, ms) => createView(harness, 'rox-2', {}, ms),
  },
  'DeleteVolume of the last view': deletion('rox-1'),
  'DeleteVolume of a view beside another': deletion('rox-1', 'rox-2'),
};
