import * as z from 'zod';
import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type {
  BlockBackend,
  BlockChap,
  BlockPage,
  BlockPlace,
  BlockPublishing,
  BlockTarget,
  BlockVolume,
} from '../volumes/block/block-backend.ts';
import { BLOCK_PROVIDERS, type BlockProvider } from '../volumes/block/block-handle.ts';
import { isVolumeName } from '../volumes/ids.ts';
import type { Additions } from './additions.ts';
import { toBlockRequest } from './block-request.ts';
import { type BlockVolumeInfo, blockVolumeInfo, blockVolumeList } from './block-wire.ts';
import { toWireBytes } from './create-request.ts';
import type { RestClient } from './http.ts';
import { ADDITIONS } from './wire.ts';

const PATH = '/v1/blockvolumes';
/** What a target has unless its gateway tells otherwise. */
const LUN = 0;

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
    find: (place, call) => safely(call, () => find(client, place, call)),
    create: (spec, metadata, call) =>
      safely(call, async () => {
        const body = toBlockRequest(spec, metadata);
        const subject = `block volume ${spec.name}`;
        try {
          const path = `${PATH}/${spec.provider}`;
          const request = { method: 'POST', path, body, reply: blockVolumeInfo, subject } as const;
          return toKnown(await client.request(request, call), spec.provider);
        } catch (error) {
          if (isFault(error, 'conflict')) return 'exists';
          throw error;
        }
      }),
    delete: (place, call) =>
      safely(call, () =>
        unlessGone(client.request({ ...toTarget(place), method: 'DELETE', reply: z.null() }, call)),
      ),
    async expand(place, capacityBytes, call) {
      return (await post(place, 'expand', { size: toWireBytes(capacityBytes) }, call)).size;
    },
    publish: async (place, publishing, call) =>
      toKnown(await post(place, 'publish', toPublishRequest(place, publishing), call), place.provider),
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
    const request = { ...toTarget(place), method: 'GET', reply: blockVolumeInfo } as const;
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
  return { volumes: volumes.slice(0, limit), more: volumes.length > limit };
}

async function list(
  client: RestClient,
  { provider, query }: { readonly provider: BlockProvider; readonly query: Readonly<Record<string, string>> },
  call: Call,
): Promise<readonly BlockVolume[]> {
  const path = `${PATH}/${provider}`;
  const request = { method: 'GET', path, query, reply: blockVolumeList, subject: 'block volumes' } as const;
  try {
    const infos = await client.request(request, call);
    return infos.map((info) => toBlockVolume(info, provider)).filter((volume) => volume !== undefined);
  } catch (error) {
    if (provider !== 'virtblock' && isFault(error, 'unsupported')) return [];
    throw error;
  }
}

function toPublishRequest({ provider }: BlockPlace, publishing: BlockPublishing): object {
  const { name: node, addresses, initiator, isReadonly: readonly, isShared, chap } = publishing;
  if (provider === 'virtblock') return { node, addresses: [...addresses], readonly };
  const shared = isShared === true ? { shared: true } : {};
  return { node, initiator, readonly, ...shared, ...(chap === undefined ? {} : { chap: toChapWire(chap) }) };
}

function toChapWire({ username, password, mutual }: BlockChap): object {
  return {
    username,
    password: password.reveal(),
    ...(mutual === undefined ? {} : { mutual: toChapWire(mutual) }),
  };
}

function toTarget({ provider, hosting, name }: Parameters<BlockBackend['find']>[0], verb = '') {
  return {
    path: `${PATH}/${provider}/${name}${verb}`,
    ...(hosting === undefined ? {} : { query: { hostingvolume: hosting } }),
    subject: `block volume ${name}`,
  };
}

/** Undefined for one of a name that none of ours can have. */
function toBlockVolume(info: BlockVolumeInfo, provider: BlockProvider): BlockVolume | undefined {
  const { name, hostingvolume: hosting, size, metadata, published } = info;
  if (!isVolumeName(name) || !isVolumeName(hosting)) return undefined;
  const target = toBlockTarget(info);
  return {
    provider,
    hosting,
    name,
    capacityBytes: size,
    metadata,
    published: published.map(({ node, addresses, initiator, readonly }) => ({
      name: node,
      addresses,
      isReadonly: readonly,
      ...(typeof initiator === 'string' ? { initiator } : {}),
    })),
    ...(target === undefined ? {} : { target }),
  };
}

/** Undefined when a node could not find the disk by it. */
function toBlockTarget({ iqn, portals, lun, wwn }: BlockVolumeInfo): BlockTarget | undefined {
  if (typeof iqn !== 'string' || typeof wwn !== 'string' || portals.length === 0) return undefined;
  return { iqn, portals, lun: lun ?? LUN, wwn };
}

function toKnown(info: BlockVolumeInfo, provider: BlockProvider): BlockVolume {
  const volume = toBlockVolume(info, provider);
  if (volume !== undefined) return volume;
  throw new Fault('uncertain', `the reply to block volume ${info.name} is of another; retry`);
}
