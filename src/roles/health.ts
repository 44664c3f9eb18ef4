import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import type { Call } from '../control/call.ts';
import { ask, type Bounds, connectTo } from '../grpc/client.ts';
import { csi, mounter } from '../grpc/contract.ts';
import type { IsHealthy } from '../telemetry/health.ts';

const ANSWER_MS = 2_500;
/** Clients would share a connection that was made before, and not see that none is taken any more. */
const OWN_CONNECTION = { 'grpc.use_local_subchannel_pool': 1 };

/**
 * Well while CSI's Probe is answered on the process's own socket, over a connection made for it. The storage is
 * not asked: it must not get the plugin restarted.
 */
export function csiAnswers(endpoint: string): IsHealthy {
  return async () => {
    const client = connectTo(csi.Identity, endpoint, OWN_CONNECTION);
    try {
      await ask((...args) => client.Probe(...args), {}, 'the CSI socket', bounds());
      return undefined;
    } finally {
      client.close();
    }
  };
}

/** Well while the mounter answers on its own socket. */
export function mounterAnswers(endpoint: string): IsHealthy {
  return async () => {
    const client = connectTo(mounter.Mounter, endpoint, OWN_CONNECTION);
    try {
      await ask((...args) => client.List(...args), {}, 'the mounter', bounds());
      return undefined;
    } finally {
      client.close();
    }
  };
}

/** Well while connections are taken; `listening` tells where, undefined before it is known. */
export function accepts(listening: () => AddressInfo | undefined): IsHealthy {
  return async () => {
    const address = listening();
    if (address === undefined) return 'does not listen yet';
    // Connecting to an address of all interfaces reaches this machine.
    const socket = connect({ host: address.address, port: address.port, timeout: ANSWER_MS });
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(ANSWER_MS) });
      return undefined;
    } finally {
      socket.destroy();
    }
  };
}

function bounds(): Bounds {
  // The deadline is the end of it: no caller of ours goes away before.
  const call: Call = { id: randomUUID(), signal: new AbortController().signal };
  return { call, timeoutMs: ANSWER_MS };
}
