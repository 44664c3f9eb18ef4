import * as z from 'zod';
import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { BlockBackend, BlockPage, BlockPlace, BlockVolume } from '../volumes/block/block-backend.ts';
import { isVolumeName, type VolumeName } from '../volumes/ids.ts';
import type { Additions } from './additions.ts';
import { toBlockRequest } from './block-request.ts';
import { toBlockSnapshots } from './block-snapshots.ts';
import { type BlockVolumeInfo, blockVolumeInfo, blockVolumeList } from './block-wire.ts';
import { toWireBytes } from './create-request.ts';
import type { RestClient } from './http.ts';
import { ADDITIONS } from './wire.ts';

const PATH = '/v1/blockvolumes/virtblock';

/**
 * The block volumes of a cluster over the gateway's REST API. glusterd2's own are not used: it formats a volume that is
 * asked for twice, and cannot cut a node off.
 */
export function toBlockBackend(client: RestClient, additions: Additions): BlockBackend {
  const safely = <T>(call: Call, extended: () => Promise<T>) =>
    additions.choose(ADDITIONS.blockPublish, call, { extended, plain: () => Promise.reject(unsupported()) });
  const post = (place: BlockPlace, verb: string, body: object, call: Call) => {
    const request = { ...toTarget(place, `/${verb}`), method: 'POST', body, reply: blockVolumeInfo } as const;
    return safely(call, () => client.request(request, call));
  };
  return {
    ...toBlockSnapshots(client, additions),
    find: (place, call) => safely(call, () => find(client, place, call)),
    create: (spec, metadata, call) =>
      safely(call, async () => {
        const body = toBlockRequest(spec, metadata);
        const subject = `block volume ${spec.name}`;
        try {
          const request = { method: 'POST', path: PATH, body, reply: blockVolumeInfo, subject } as const;
          return toKnown(await client.request(request, call));
        } catch (error) {
          if (isFault(error, 'conflict')) return 'exists';
          throw error;
        }
      }),
    delete: (place, call) =>
      safely(call, () => {
        const { query, ...target } = toTarget(place);
        const request = { ...target, query: { ...query, prune: 'true' }, method: 'DELETE' } as const;
        return unlessGone(client.request({ ...request, reply: z.null() }, call));
      }),
    async expand(place, capacityBytes, call) {
      return (await post(place, 'expand', { size: toWireBytes(capacityBytes) }, call)).size;
    },
    async publish(place, { name: node, addresses, isReadonly: readonly }, call) {
      await post(place, 'publish', { node, addresses: [...addresses], readonly }, call);
    },
    unpublish: (place, node, call) =>
      safely(call, () => {
        const body = node === undefined ? {} : { node };
        const request = { ...toTarget(place, '/unpublish'), method: 'POST', body, reply: z.null() } as const;
        return unlessGone(client.request(request, call));
      }),
    list: (query, call) => safely(call, () => list(client, query, call)),
  };
}

/** Without its hosting volume, too, a block volume is gone. */
async function unlessGone(work: Promise<null>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isFault(error, 'not-found')) throw error;
  }
}

function unsupported(): Fault {
  return new Fault(
    'unsupported',
    'the servers of this cluster serve no block volumes that nodes can be cut off from; run gateways of this release',
  );
}

async function find(
  client: RestClient,
  place: Parameters<BlockBackend['find']>[0],
  call: Call,
): Promise<BlockVolume | undefined> {
  try {
    const request = { ...toTarget(place), method: 'GET', reply: blockVolumeInfo } as const;
    return toBlockVolume(await client.request(request, call));
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined;
    throw error;
  }
}

/** One more than asked for tells whether there are more. */
async function list(
  client: RestClient,
  { after, limit }: Parameters<BlockBackend['list']>[0],
  call: Call,
): Promise<BlockPage> {
  const query = { limit: String(limit + 1), ...(after === '' ? {} : { after }) };
  const request = {
    method: 'GET',
    path: PATH,
    query,
    reply: blockVolumeList,
    subject: 'block volumes',
  } as const;
  const infos = await client.request(request, call);
  const volumes = infos.map(toBlockVolume).filter((volume) => volume !== undefined);
  return { volumes: volumes.slice(0, limit), more: infos.length > limit };
}

function toTarget(
  { hosting, name }: { readonly hosting?: VolumeName; readonly name: VolumeName },
  verb = '',
) {
  return {
    path: `${PATH}/${name}${verb}`,
    ...(hosting === undefined ? {} : { query: { hostingvolume: hosting } }),
    subject: `block volume ${name}`,
  };
}

/** Undefined for one of a name that none of ours can have. */
function toBlockVolume(info: BlockVolumeInfo): BlockVolume | undefined {
  const { name, hostingvolume: hosting, size, metadata, published } = info;
  if (!isVolumeName(name) || !isVolumeName(hosting)) return undefined;
  return {
    hosting,
    name,
    capacityBytes: size,
    metadata,
    published: published.map(({ node, addresses, readonly }) => ({
      name: node,
      addresses,
      isReadonly: readonly,
    })),
  };
}

function toKnown(info: BlockVolumeInfo): BlockVolume {
  const volume = toBlockVolume(info);
  if (volume !== undefined) return volume;
  throw new Fault('uncertain', `the reply to block volume ${info.name} is of another; retry`);
}
