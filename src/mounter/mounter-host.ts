import { type Call, detached } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import { ask, connectTo } from '../grpc/client.ts';
import { mounter } from '../grpc/contract.ts';
import type { ListRequest } from '../grpc/generated/gluster_csi/mounter/v1/ListRequest.ts';
import type { ListResponse__Output } from '../grpc/generated/gluster_csi/mounter/v1/ListResponse.ts';
import type { MounterClient } from '../grpc/generated/gluster_csi/mounter/v1/Mounter.ts';
import type { MountRequest } from '../grpc/generated/gluster_csi/mounter/v1/MountRequest.ts';
import type { MountResponse__Output } from '../grpc/generated/gluster_csi/mounter/v1/MountResponse.ts';
import { isClientMount } from '../host/client-mount.ts';
import { readMounts, topMount } from '../host/mountinfo.ts';
import type { Host, PathState } from '../staging/host.ts';
import { log } from '../telemetry/log.ts';

/** A mount may take as long as its client waits for its servers; kubelet gives a stage two minutes. */
const MOUNT_MS = 115_000;
const RELEASE_MS = 15_000;
const LIST_MS = 5_000;
const SERVER = 'the mounter of this node';

/** The node's host, whose Gluster clients are started, kept and ended by the mounter at this endpoint. */
export function mounterHost<H extends Host>(host: H, endpoint: string): H {
  return {
    ...host,
    mounts: () => host.mounts(),
    mountGluster: ({ servers, volume, subdirectory = '', target, options, isPinned = false }, call) =>
      connected(endpoint, async (client) => {
        const place = { servers: [...servers], volume, subdirectory, target };
        const request = { ...place, options: [...options], pinned: isPinned };
        const { pinned } = await ask<MountRequest, MountResponse__Output>(
          (...args) => client.Mount(...args),
          request,
          SERVER,
          { call, timeoutMs: MOUNT_MS },
        );
        if (isPinned && !pinned) await refuseOld(host, target, call);
      }),
    async probe(path, call) {
      const state = await host.probe(path, call);
      return state === 'dead' ? await deadOrOffline(endpoint, path, call) : state;
    },
    async unmount(target, call) {
      const { device } = topMount(await host.mounts(), target) ?? {};
      await host.unmount(target, call);
      const isUsed = (await host.mounts()).some((mount) => mount.device === device);
      if (device !== undefined && !isUsed) await release(endpoint, call);
    },
  };
}

/** One of a former release would replace the client under its device. */
async function refuseOld(host: Host, target: string, call: Call): Promise<never> {
  await host.unmount(target, call);
  throw new Fault(
    'wrong-state',
    'the mounter of this node is of a release without block volumes; drain the node and delete the mounter’s pod',
  );
}

/**
 * Where this process cannot see the mounter's, every client that lost its servers looks dead. The mounter knows its
 * own; without its answer nothing is taken for dead that is mounted from one of its clients.
 */
async function deadOrOffline(endpoint: string, path: string, call: Call): Promise<PathState> {
  const mounts = await readMounts();
  const { device } = topMount(mounts, path) ?? {};
  const mount = mounts.find((one) => one.device === device && isClientMount(one));
  if (mount === undefined) return 'dead';
  const { clients } = await connected(endpoint, (client) =>
    ask<ListRequest, ListResponse__Output>((...args) => client.List(...args), {}, SERVER, {
      call,
      timeoutMs: LIST_MS,
    }),
  );
  const isAlive = clients.some(({ id, alive }) => alive && mount.target.includes(`/clients/${id}/`));
  return isAlive ? 'offline' : 'dead';
}

/** As long as a client is connected, the servers refuse to delete its volume. The mounter also looks by itself. */
async function release(endpoint: string, call: Call): Promise<void> {
  try {
    const bounds = { call: detached(call, RELEASE_MS), timeoutMs: RELEASE_MS };
    await connected(endpoint, (client) => ask((...args) => client.Release(...args), {}, SERVER, bounds));
  } catch (error) {
    if (!isFault(error)) throw error;
    log.warn({ reason: error.message }, 'the client that is used no more is left to the mounter');
  }
}

/** After the loss of a connection, one that is kept would wait for up to two minutes before it tries again. */
const OWN_CONNECTION = { 'grpc.use_local_subchannel_pool': 1 };

/** A connection for each call. */
async function connected<T>(endpoint: string, work: (client: MounterClient) => Promise<T>): Promise<T> {
  const client = connectTo(mounter.Mounter, endpoint, OWN_CONNECTION);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
