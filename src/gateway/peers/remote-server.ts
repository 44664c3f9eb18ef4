import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { RestClient } from '../../glusterd2/http.ts';
import type { PoolPeer } from '../gluster-cli/gluster.ts';
import { deletedReply } from './home-server.ts';
import { createRemoteBrickFiles } from './remote-brick-files.ts';
import { createRemoteExports } from './remote-exports.ts';
import { createRemoteRestores } from './remote-restores.ts';
import { createRemoteSnapshots } from './remote-snapshots.ts';
import type { NodeReport, StorageServer } from './storage-server.ts';
import { done, eventsReply, nodeReport, reserveReply, storedDevice, tokenReply } from './wire.ts';

const BASE = '/internal/v1';

/** Another server of the pool, through its gateway. A server that glusterd says is down is not waited for. */
export function createRemoteServer(peer: PoolPeer, client: RestClient): StorageServer {
  const { id: peerId, host, connected } = peer;
  const subject = `server ${host}`;
  const guard = () => {
    if (connected) return;
    throw new Fault(
      'unreachable',
      `server ${host} is down, or not connected to this pool; start its glusterd`,
    );
  };
  const get = async <T>(path: string, reply: z.ZodType<T>, call: Call, query = {}) => {
    guard();
    return client.request({ method: 'GET', path: `${BASE}/${path}`, query, reply, subject }, call);
  };
  const post = async <T>(path: string, body: unknown, reply: z.ZodType<T>, call: Call) => {
    guard();
    return client.request({ method: 'POST', path: `${BASE}/${path}`, body, reply, subject }, call);
  };
  const tell = async (path: string, body: unknown, call: Call) => {
    await post(path, body, done, call);
  };
  return {
    peerId,
    host,
    isSelf: false,
    isConnected: connected,
    async report(volume, call) {
      const report = await get('node', nodeReport, call, volume === undefined ? {} : { volume });
      if (report.peerId !== peerId) throw stranger(host, report.peerId, peerId);
      return { ...report, zone: report.zone } satisfies NodeReport;
    },
    reserve: (token, bricks, call) =>
      post('bricks/reserve', { token, bricks: bricks.map(withText) }, reserveReply, call),
    use: (volume, token, record, call) => tell('bricks/use', { volume, token, record }, call),
    setRecord: (volume, record, call) => tell('bricks/record', { volume, record }, call),
    undo: (volume, token, call) => tell('bricks/undo', { volume, token }, call),
    markDeleting: (volume, call) => tell('bricks/deleting', { volume }, call),
    remove: (volume, call) => tell('bricks/remove', { volume }, call),
    grow: (volume, bricks, call) => tell('bricks/grow', { volume, bricks: bricks.map(withText) }, call),
    holdsToken: async (token, call) =>
      (await get(`tokens/${encodeURIComponent(token)}`, tokenReply, call)).held,
    checkBrickPaths: (paths, { create }, call) => tell('bricks/paths', { paths, create }, call),
    addDevice: (path, provisioner, call) => post('devices/add', { path, provisioner }, storedDevice, call),
    setDeviceState: (path, state, call) => tell('devices/state', { path, state }, call),
    removeDevice: (path, call) => tell('devices/remove', { path }, call),
    events: (call) => get('events', eventsReply, call),
    snapshots: createRemoteSnapshots({ get, post }),
    restores: createRemoteRestores(tell),
    files: createRemoteBrickFiles({ post }),
    exports: createRemoteExports(post),
    home: {
      exchangeRecord: (exchange, call) => tell('volumes/exchange', exchange, call),
      deleteMarked: async (marked, call) =>
        (await post('volumes/delete', marked, deletedReply, call)).existed,
    },
  };
}

function withText<T extends { readonly dataBytes: bigint }>(brick: T) {
  return { ...brick, dataBytes: String(brick.dataBytes) };
}

/** Its name leads to a gateway of another server: nothing is sent there. */
function stranger(host: string, told: string, expected: string): Fault {
  return new Fault(
    'unreachable',
    `the gateway at ${host} is that of peer ${told}, not of ${expected}; check name service and peerPort`,
  );
}
