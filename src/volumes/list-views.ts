import type { Call } from '../control/call.ts';
import type { Backend } from './backend.ts';
import { isVolumeName, type ViewId } from './ids.ts';
import { KEYS } from './metadata.ts';
import type { Volume } from './spec.ts';
import { viewsOf } from './view.ts';

export interface SharedBy extends Volume {
  readonly view: ViewId;
}

/** Volumes in one request to the backend. */
const PAGE = 100;

/** The views of a cluster in order of volume and id, each with its volume, after this place: `<volume>/<view>`, or `/`. */
export async function* viewsAfter(
  { backend, owner, after }: { backend: Backend; owner: string; after: string },
  call: Call,
): AsyncGenerator<SharedBy> {
  const [begun = '', seen = ''] = after.split('/');
  const found = isVolumeName(begun) ? await backend.find(begun, call) : undefined;
  if (found?.metadata[KEYS.viewOwner] === owner) yield* each(found, seen);
  for (let last = begun, more = true; more; ) {
    const query = { key: KEYS.viewOwner, value: owner, after: last, limit: PAGE };
    const page = await backend.list(query, call);
    for (const volume of page.volumes) yield* each(volume, '');
    last = page.volumes.at(-1)?.name ?? last;
    more = page.more;
  }
}

function* each(volume: Volume, seen: string): Generator<SharedBy> {
  for (const { id } of viewsOf(volume)) if (id > seen) yield { ...volume, view: id };
}
