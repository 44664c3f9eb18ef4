import * as z from 'zod';
import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { BlockBackend, BlockPage, BlockPlace, BlockVolume } from '../volumes/block/block-backend.ts';
import { BLOCK_PROVIDERS, type BlockProvider } from '../volumes/block/block-handle.ts';
import type { Additions } from './additions.ts';
import { toBlockRequest } from './block-request.ts';
import { toBlockSnapshots } from './block-snapshots.ts';
import { toWireBytes } from './create-request.ts';
import type { RestClient } from './http.ts';
import { toPublishRequest } from './publish-request.ts';
import { listReplyOf, replyOf, toBlockVolume, toKnown, toPublished } from './told-block.ts';
import { ADDITIONS } from './wire.ts';

const PATH = '/v1/blockvolumes';

/**
 * The block volumes of a cluster over the gateway's REST API. glusterd2's own are not used: it formats a volume that is
 * asked for twice, and cannot cut a node off.
 */
export function toBlockBackend(client: RestClient, additions: Additions): BlockBackend {
  const safely = <T>(call: Call, extended: () => Promise<T>) =>
    additions.choose(ADDITIONS.blockPublish, call, { extended, plain: () => Promise.reject(unsupported()) });
  const post = (place: BlockPlace, verb: string, body: object, call: Call) => {
    const target = toTarget(place, `/${verb}`);
    const request = { ...target, method: 'POST', body, reply: replyOf(place.provider) } as const;
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
          const { provider } = spec;
          const path = `${PATH}/${provider}`;
          const request = { method: 'POST', path, body, reply: replyOf(provider), subject } as const;
          return toKnown(await client.request(request, call), provider);
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
    publish: async (place, publishing, call) => {
      const info = await post(place, 'publish', toPublishRequest(place, publishing), call);
      return toPublished(info, place.provider, publishing.name);
    },
    unpublish: (place, node, call) =>
      safely(call, () => {
        const body = node === undefined ? {} : { node };
        const request = { ...toTarget(place, '/unpublish'), method: 'POST', body, reply: z.null() } as const;
        return unlessGone(client.request(request, call));
      }),
    list: (query, call) => safely(call, () => listAll(client, query, call)),
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
    const request = { ...toTarget(place), method: 'GET', reply: replyOf(place.provider) } as const;
    return toBlockVolume(await client.request(request, call), place.provider);
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined;
    throw error;
  }
}

/**
 * The pages of all providers that the servers have, in order of name. One more than asked for of each tells whether
 * there are more.
 */
async function listAll(
  client: RestClient,
  { after, limit }: Parameters<BlockBackend['list']>[0],
  call: Call,
): Promise<BlockPage> {
  const query = { limit: String(limit + 1), ...(after === '' ? {} : { after }) };
  const pages = await Promise.all(BLOCK_PROVIDERS.map((provider) => list(client, { provider, query }, call)));
  const volumes = pages.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const end = endOfPage(volumes, limit);
  return { volumes: volumes.slice(0, end), more: volumes.length > end };
}

/** Providers may have the same name each, and the next page begins after a name: those of one name stay together. */
function endOfPage(volumes: readonly BlockVolume[], limit: number): number {
  const next = volumes[limit]?.name;
  const first = volumes.findIndex(({ name }) => name === next);
  if (next === undefined || first > 0) return next === undefined ? volumes.length : first;
  return volumes.findLastIndex(({ name }) => name === next) + 1;
}

async function list(
  client: RestClient,
  { provider, query }: { readonly provider: BlockProvider; readonly query: Readonly<Record<string, string>> },
  call: Call,
): Promise<readonly BlockVolume[]> {
  const path = `${PATH}/${provider}`;
  const request = {
    method: 'GET',
    path,
    query,
    reply: listReplyOf(provider),
    subject: 'block volumes',
  } as const;
  try {
    const infos = await client.request(request, call);
    return infos.map((info) => toBlockVolume(info, provider)).filter((volume) => volume !== undefined);
  } catch (error) {
    if (provider !== 'virtblock' && isFault(error, 'unsupported')) return [];
    throw error;
  }
}

function toTarget({ provider, hosting, name }: Parameters<BlockBackend['find']>[0], verb = '') {
  return {
    path: `${PATH}/${provider}/${name}${verb}`,
    ...(hosting === undefined ? {} : { query: { hostingvolume: hosting } }),
    subject: `block volume ${name}`,
  };
}
