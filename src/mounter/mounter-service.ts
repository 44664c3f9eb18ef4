import { invalid } from '../control/fault.ts';
import { mounter } from '../grpc/contract.ts';
import type { Client as WireClient } from '../grpc/generated/gluster_csi/mounter/v1/Client.ts';
import type { ListResponse } from '../grpc/generated/gluster_csi/mounter/v1/ListResponse.ts';
import type { MountRequest__Output } from '../grpc/generated/gluster_csi/mounter/v1/MountRequest.ts';
import type { MountResponse } from '../grpc/generated/gluster_csi/mounter/v1/MountResponse.ts';
import type { ReleaseResponse } from '../grpc/generated/gluster_csi/mounter/v1/ReleaseResponse.ts';
import type { Method } from '../grpc/method.ts';
import { type Service, service } from '../grpc/service.ts';
import type { GlusterMount } from '../staging/host.ts';
import type { MounterContext } from './context.ts';
import { type Client, look } from './look.ts';
import { mountVolume } from './mount-volume.ts';
import { isOld } from './plan.ts';
import { releaseClients } from './release-clients.ts';

/** proto/mounter.proto. */
export function mounterService(context: MounterContext): Service {
  return service(mounter.Mounter.service, {
    Mount: mountMethod(context),
    Release: releaseMethod(context),
    List: listMethod(context),
  });
}

/** Servers, volume, sub-directory and options are checked where they become the client's arguments. */
function mountMethod(
  context: MounterContext,
): Method<MountRequest__Output, GlusterMount, boolean, MountResponse> {
  return {
    decode({ servers, volume, subdirectory, target, options, pinned }) {
      if (!target.startsWith('/') || target.includes('\0') || target.split('/').includes('..')) {
        throw invalid('target', 'must be an absolute path without ".."');
      }
      const kept = pinned ? { isPinned: true as const } : {};
      return { servers, volume, target, options, ...kept, ...(subdirectory === '' ? {} : { subdirectory }) };
    },
    keys: ({ target }) => [`target/${target}`],
    run: async (mount, call) => {
      await mountVolume(context, mount, call);
      return mount.isPinned === true;
    },
    encode: (pinned) => ({ pinned }),
  };
}

/** No locks: it claims each client that it ends, and leaves those that others have claimed. */
function releaseMethod(context: MounterContext): Method<unknown, void, void, ReleaseResponse> {
  return {
    decode: () => undefined,
    run: (_, call) => releaseClients(context, call),
    encode: () => ({}),
  };
}

/** No locks: it only looks. */
function listMethod({
  machine,
  clientId,
}: MounterContext): Method<unknown, void, readonly WireClient[], ListResponse> {
  return {
    decode: () => undefined,
    run: async () => (await look(machine)).map((client) => toWire(client, clientId)),
    encode: (clients) => ({ clients: [...clients] }),
    // /healthz calls it.
    isRoutine: true,
  };
}

function toWire(client: Client, clientId: string): WireClient {
  const { id, record, pid } = client;
  return {
    id,
    volume: record?.volume ?? '',
    subdirectory: record?.subdirectory ?? '',
    clientId: record?.clientId ?? '',
    old: isOld(client, clientId),
    alive: pid !== undefined,
    pid: pid ?? 0,
    started: String(Math.floor(Date.parse(record?.created ?? '1970-01-01T00:00:00Z') / 1000)),
  };
}
