import { ask, connectTo } from '../../../src/grpc/client.ts';
import { mounter } from '../../../src/grpc/contract.ts';
import type { ListRequest } from '../../../src/grpc/generated/gluster_csi/mounter/v1/ListRequest.ts';
import type { ListResponse__Output } from '../../../src/grpc/generated/gluster_csi/mounter/v1/ListResponse.ts';
import type { MounterClient } from '../../../src/grpc/generated/gluster_csi/mounter/v1/Mounter.ts';

const WAIT_MS = 20_000;
const OWN_CONNECTION = { 'grpc.use_local_subchannel_pool': 1 };

/** What the mounter at the endpoint tells of its clients. */
export async function listClients(endpoint: string): Promise<ListResponse__Output['clients']> {
  const client: MounterClient = connectTo(mounter.Mounter, endpoint, OWN_CONNECTION);
  try {
    const call = { id: 'test', signal: AbortSignal.timeout(WAIT_MS) };
    const reply = await ask<ListRequest, ListResponse__Output>(
      (...args) => client.List(...args),
      {},
      'the mounter',
      { call, timeoutMs: WAIT_MS },
    );
    return reply.clients;
  } finally {
    client.close();
  }
}
