import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { VolumeName } from '../volumes/ids.ts';
import type { Additions } from './additions.ts';
import { toWireBytes } from './create-request.ts';
import type { RestClient } from './http.ts';
import { ADDITIONS, type VolumeInfo, volumeInfo } from './wire.ts';

export interface Resize {
  readonly name: VolumeName;
  readonly capacityBytes: bigint;
}

/** Gives a volume at least this size and resolves with the size it has. Never shrinks. */
export async function resizeVolume(
  client: RestClient,
  additions: Additions,
  resize: Resize,
  call: Call,
): Promise<bigint> {
  const info = await additions.choose(ADDITIONS.resize, call, {
    extended: () => post(client, resize, 'resize', { size: toWireBytes(resize.capacityBytes) }, call),
    plain: () => expand(client, resize, call),
  });
  if (info.capacity === undefined || info.capacity < resize.capacityBytes) {
    const now = info.capacity ?? 'an unknown number of';
    throw new Fault('uncertain', `volume ${resize.name} has ${now} bytes after it was expanded; retry`);
  }
  return info.capacity;
}

/**
 * glusterd2 adds a size to what is there, and adds it again when asked again: what is missing is worked out
 * from the present size right before. Two controllers at once could grow a volume too much, never too little.
 */
async function expand(client: RestClient, resize: Resize, call: Call): Promise<VolumeInfo> {
  const { name, capacityBytes } = resize;
  const path = `/v1/volumes/${name}`;
  const info = await client.request(
    { method: 'GET', path, reply: volumeInfo, subject: `volume ${name}` },
    call,
  );
  if (info.capacity === undefined) {
    throw new Fault('wrong-state', `volume ${name} was made of named bricks; add bricks to it instead`);
  }
  if (info.capacity >= capacityBytes) return info;
  const body = {
    size: toWireBytes(capacityBytes - info.capacity),
    distribute: Math.max(1, info['distribute-count']),
  };
  return post(client, resize, 'expand', body, call);
}

function post(client: RestClient, { name }: Resize, verb: string, body: unknown, call: Call) {
  const path = `/v1/volumes/${name}/${verb}`;
  return client.request({ method: 'POST', path, body, reply: volumeInfo, subject: `volume ${name}` }, call);
}
