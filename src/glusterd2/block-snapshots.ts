import * as z from 'zod';
import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { BlockSnapshot, BlockSnapshotPage, BlockSnapshots } from '../volumes/block/block-snapshot.ts';
import { isVolumeName, type VolumeName } from '../volumes/ids.ts';
import type { Additions } from './additions.ts';
import { type BlockSnapshotInfo, blockSnapshotInfo, blockSnapshotList } from './block-wire.ts';
import type { RestClient } from './http.ts';
import { ADDITIONS } from './wire.ts';

const PATH = '/v1/blocksnapshots/virtblock';

/** The snapshots of a cluster's block volumes over the gateway's REST API; glusterd2 has none. */
export function toBlockSnapshots(client: RestClient, additions: Additions): BlockSnapshots {
  const served = <T>(call: Call, extended: () => Promise<T>) =>
    additions.choose(ADDITIONS.blockSnapshots, call, {
      extended,
      plain: () => Promise.reject(unsupported()),
    });
  return {
    createSnapshot: ({ name, source, metadata }, call) =>
      served(call, async () => {
        const body = { name, volume: source.name, hostingvolume: source.hosting, metadata: { ...metadata } };
        const subject = `block snapshot ${name}`;
        try {
          const request = { method: 'POST', path: PATH, body, reply: blockSnapshotInfo, subject } as const;
          return toKnown(await client.request(request, call));
        } catch (error) {
          if (isFault(error, 'conflict')) return 'exists';
          throw error;
        }
      }),
    findSnapshot: (place, call) => served(call, () => find(client, place, call)),
    deleteSnapshot: (place, call) =>
      served(call, async () => {
        const query = { hostingvolume: place.hosting, prune: 'true' };
        const target = { path: `${PATH}/${place.name}`, subject: `block snapshot ${place.name}` };
        await orNone(client.request({ method: 'DELETE', ...target, query, reply: z.null() }, call));
      }),
    listSnapshots: (query, call) => served(call, () => list(client, query, call)),
  };
}

function unsupported(): Fault {
  return new Fault(
    'unsupported',
    'the servers of this cluster take no snapshots of block volumes; run gateways of this release',
  );
}

async function orNone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined;
    throw error;
  }
}

async function find(
  client: RestClient,
  { hosting, name }: { readonly hosting?: VolumeName; readonly name: VolumeName },
  call: Call,
): Promise<BlockSnapshot | undefined> {
  const target = { path: `${PATH}/${name}`, subject: `block snapshot ${name}` };
  const query = hosting === undefined ? {} : { query: { hostingvolume: hosting } };
  const request = { method: 'GET', ...target, ...query, reply: blockSnapshotInfo } as const;
  const info = await orNone(client.request(request, call));
  return info === undefined ? undefined : toBlockSnapshot(info);
}

/** One more than asked for tells whether there are more. Without its hosting volume a block volume has none. */
async function list(
  client: RestClient,
  { after, limit, source }: Parameters<BlockSnapshots['listSnapshots']>[0],
  call: Call,
): Promise<BlockSnapshotPage> {
  const query = {
    limit: String(limit + 1),
    ...(after === '' ? {} : { after }),
    ...(source === undefined ? {} : { volume: source.name, hostingvolume: source.hosting }),
  };
  const request = {
    method: 'GET',
    path: PATH,
    query,
    reply: blockSnapshotList,
    subject: 'block snapshots',
  } as const;
  const infos = (await orNone(client.request(request, call))) ?? [];
  const snapshots = infos
    .slice(0, limit)
    .map(toBlockSnapshot)
    .filter((snapshot) => snapshot !== undefined);
  return { snapshots, more: infos.length > limit };
}

/** Undefined for one of a name that none of ours can have. */
function toBlockSnapshot(info: BlockSnapshotInfo): BlockSnapshot | undefined {
  const { name, volume, hostingvolume, size, ready, metadata } = info;
  if (!isVolumeName(name) || !isVolumeName(volume) || !isVolumeName(hostingvolume)) return undefined;
  return {
    hosting: hostingvolume,
    name,
    source: volume,
    capacityBytes: size,
    created: new Date(info['created-at']),
    isReady: ready,
    metadata,
  };
}

function toKnown(info: BlockSnapshotInfo): BlockSnapshot {
  const snapshot = toBlockSnapshot(info);
  if (snapshot !== undefined) return snapshot;
  throw new Fault('uncertain', `the reply to block snapshot ${info.name} is of another; retry`);
}
