import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { Fault, invalid, isFault } from '../../control/fault.ts';
import { peerAddRequest, type peer as peerSchema } from '../../glusterd2/wire.ts';
import { withStatus } from '../http-status.ts';
import { peerParam } from '../params.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { bodyRoute, ok, type Route, route } from '../route.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { surveyServers } from '../volumes/survey.ts';

type Peer = z.input<typeof peerSchema>;

/** glusterd's port, for peers and clients alike. */
const PORT = 24_007;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$/;
const PEER = '/v1/peers/:peerid';

/** The servers of the pool. */
export function peerRoutes(deps: VolumeDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/peers',
      name: 'GetPeers',
      description: 'the servers of the pool; metadata._zone is the zone of their own config',
      access: 'driver',
      responseType: 'api.PeerListResp',
      handle: async (_request, call) => ok(await readPeers(deps, call)),
    }),
    route({
      method: 'GET',
      path: PEER,
      name: 'GetPeer',
      description: 'one server of the pool',
      access: 'driver',
      responseType: 'api.PeerGetResp',
      async handle(request, call) {
        const id = peerParam(request);
        const found = (await readPeers(deps, call)).find((one) => one.id === id);
        if (found === undefined) throw new Fault('not-found', 'peer not found');
        return ok(found);
      },
    }),
    bodyRoute({
      method: 'POST',
      path: '/v1/peers',
      name: 'AddPeer',
      description: 'brings a server into the pool',
      access: 'driver',
      requestType: 'api.PeerAddReq',
      responseType: 'api.PeerAddResp',
      schema: peerAddRequest,
      handle: ({ body }, call) => addPeer(deps, body, call),
    }),
    route({
      method: 'DELETE',
      path: PEER,
      name: 'DeletePeer',
      description: 'takes a server without bricks out of the pool',
      access: 'driver',
      handle: (request, call) => deletePeer(deps, peerParam(request), call),
    }),
  ];
}

async function readPeers(deps: VolumeDeps, call: Call): Promise<readonly Peer[]> {
  const survey = await surveyServers(deps.pool, undefined, call);
  const zones = new Map(survey.present.map(({ server, report }) => [server.peerId, report.zone]));
  return (await deps.pool.servers(call)).map((server) => toPeer(server, zones.get(server.peerId)));
}

function toPeer(server: StorageServer, zone: string | undefined): Peer {
  const address = `${server.host.includes(':') ? `[${server.host}]` : server.host}:${PORT}`;
  return {
    id: server.peerId,
    name: server.host,
    'peer-addresses': [address],
    'client-addresses': [address],
    online: server.isConnected,
    metadata: { _zone: zone ?? server.peerId },
  };
}

async function addPeer(deps: VolumeDeps, body: z.output<typeof peerAddRequest>, call: Call) {
  if (body.zone !== undefined || body.metadata !== undefined) {
    throw invalid(
      'zone',
      "a server's zone is set in the config of its own gateway; leave zone and metadata out",
    );
  }
  const [text = ''] = body.addresses;
  const host = text.replace(/:2400[78]$/, '');
  if (body.addresses.length !== 1 || !HOST.test(host)) {
    throw invalid('addresses', 'give one host name or address');
  }
  await deps.gluster.probe(host, call);
  deps.pool.forget();
  const added = (await readPeers(deps, call)).find(({ name }) => name === host);
  if (added === undefined)
    throw new Fault('uncertain', `peer ${host} was probed and is not listed yet; list the peers`);
  deps.notify('peer.added', { 'peer.id': added.id, 'peer.name': added.name });
  return { status: 201, body: added, headers: { Location: `/v1/peers/${added.id}` } };
}

async function deletePeer(deps: VolumeDeps, id: string, call: Call) {
  deps.pool.forget();
  const server = await deps.pool.server(id, call);
  if (server.isSelf) throw invalid('peerid', 'a server cannot remove itself; ask another one');
  await requireNoBricks(server, call);
  await deps.gluster.detach(server.host, call).catch((error: unknown) => {
    throw isFault(error, 'wrong-state') ? hasBricks(error) : error;
  });
  deps.pool.forget();
  deps.notify('peer.removed', { 'peer.id': id, 'peer.name': server.host });
  return { status: 204 };
}

/** Bricks that are reserved are not known to gluster yet. A server that is down is gluster's to judge. */
async function requireNoBricks(server: StorageServer, call: Call): Promise<void> {
  if (!server.isConnected) return;
  const { devices } = await server.report(undefined, call);
  if (devices.some(({ bricks }) => bricks > 0)) throw hasBricks();
}

function hasBricks(cause?: unknown): Fault {
  return withStatus(new Fault('wrong-state', 'cannot delete peer, peer has bricks', { cause }), 403);
}
