import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import { KEYS } from '../volumes/metadata.ts';
import type { CloneRequest } from '../volumes/snapshot-backend.ts';
import type { Volume } from '../volumes/spec.ts';
import type { Additions } from './additions.ts';
import { toWireBytes } from './create-request.ts';
import { says } from './delete-volume.ts';
import type { RestClient } from './http.ts';
import { snapInfo } from './snapshot-wire.ts';
import { toVolume } from './to-volume.ts';
import { ADDITIONS, type VolumeInfo, volumeInfo } from './wire.ts';

/** `Backend.clone`: one request with the gateway, which goes on with what an interrupted one left. */
export async function cloneSnapshot(
  client: RestClient,
  additions: Additions,
  request: CloneRequest,
  call: Call,
): Promise<Volume | undefined> {
  const { spec, metadata } = request;
  try {
    return await additions.choose(ADDITIONS.snapshots, call, {
      extended: async () => {
        const size = toWireBytes(spec.capacityBytes);
        return toVolume(await post(client, request, { size, metadata, options: spec.options }, call));
      },
      plain: () => clonePlain(client, request, call),
    });
  } catch (error) {
    if (isFault(error, 'conflict')) return undefined;
    throw error;
  }
}

function post(client: RestClient, { snapshot, spec }: CloneRequest, extra: object, call: Call) {
  const path = `/v1/snapshots/${snapshot}/clone`;
  const body = { clonename: spec.name, ...extra };
  const subject = `clone ${spec.name} of snapshot ${snapshot}`;
  return client.request({ method: 'POST', path, body, reply: volumeInfo, subject }, call);
}

/**
 * glusterd2 clones active snapshots only, and the clone has its source's size and metadata: the latter is put
 * right as the last step, so that its CSI name tells a half-made clone.
 */
async function clonePlain(
  client: RestClient,
  request: CloneRequest,
  call: Call,
): Promise<Volume | undefined> {
  await activate(client, request, call);
  let info: VolumeInfo;
  try {
    info = await post(client, request, {}, call);
  } catch (error) {
    if (!isFault(error, 'conflict')) throw error;
    const found = await findClone(client, request, call);
    if (found === undefined || found.metadata[KEYS.csiName] === request.metadata[KEYS.csiName]) {
      return found === undefined ? undefined : toVolume(found);
    }
    info = found;
  }
  return toVolume(await label(client, info, request, call));
}

async function activate(client: RestClient, { snapshot }: CloneRequest, call: Call): Promise<void> {
  const path = `/v1/snapshots/${snapshot}/activate`;
  const subject = `snapshot ${snapshot}`;
  try {
    await client.request({ method: 'POST', path, body: {}, reply: snapInfo, subject }, call);
  } catch (error) {
    if (!says(error, /already (?:activated|started)/)) throw error;
  }
}

/** What has the clone's name, when it is the clone: with our metadata, or still with that of the source. */
async function findClone(
  client: RestClient,
  { snapshot, spec, metadata }: CloneRequest,
  call: Call,
): Promise<VolumeInfo | undefined> {
  const subject = `volume ${spec.name}`;
  const info = await client.request(
    { method: 'GET', path: `/v1/volumes/${spec.name}`, reply: volumeInfo, subject },
    call,
  );
  const has = info.metadata[KEYS.csiName];
  if (has === metadata[KEYS.csiName] && info.metadata[KEYS.source] === metadata[KEYS.source]) return info;
  const source = await client.request(
    { method: 'GET', path: `/v1/snapshots/${snapshot}`, reply: snapInfo, subject: `snapshot ${snapshot}` },
    call,
  );
  const isHalfMade = info.state === 'Created' && has === source.snapinfo.metadata[KEYS.csiName];
  return isHalfMade ? info : undefined;
}

/** The source's own words first, then ours: the CSI name changes last. */
async function label(
  client: RestClient,
  info: VolumeInfo,
  { spec, metadata }: CloneRequest,
  call: Call,
): Promise<VolumeInfo> {
  const path = `/v1/volumes/${spec.name}`;
  const subject = `volume ${spec.name}`;
  const change = (verb: string, body: object) =>
    client.request({ method: 'POST', path: `${path}/${verb}`, body, reply: volumeInfo, subject }, call);
  try {
    if (Object.keys(spec.options).length > 0) await change('options', { options: spec.options });
    const stale = Object.entries(info.metadata).filter(([key]) => !key.startsWith('_') && !(key in metadata));
    if (stale.length > 0) {
      await change('edit', { metadata: Object.fromEntries(stale), 'delete-metadata': true });
    }
    return await change('edit', { metadata });
  } catch (error) {
    if (!isFault(error, 'conflict')) throw error;
    throw new Fault('uncertain', `${subject} was changed by somebody else; retry`, { cause: error });
  }
}
