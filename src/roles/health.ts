import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { probe } from '../grpc/probe.ts';
import { allOf, type IsHealthy } from '../telemetry/health.ts';

const ANSWER_MS = 2_500;

/** Well while CSI's Probe is answered on the process's own socket. It asks no storage, see `identity-service.ts`. */
export function csiAnswers(endpoint: string): IsHealthy {
  return () => probe(endpoint, '/csi.v1.Identity/Probe', ANSWER_MS);
}

/** Well while both drivers answer, those that there are. */
export function driversAnswer(flags: {
  readonly endpoint: string;
  readonly 'block-endpoint'?: string;
}): IsHealthy {
  const endpoints = [flags.endpoint, flags['block-endpoint']].filter((one) => one !== undefined);
  return allOf(...endpoints.map(csiAnswers));
}

/** Well while the mounter answers on its own socket. */
export function mounterAnswers(endpoint: string): IsHealthy {
  return () => probe(endpoint, '/gluster_csi.mounter.v1.Mounter/List', ANSWER_MS);
}

/** Well while connections are taken; `listening` tells where, undefined before it is known. */
export function accepts(listening: () => AddressInfo | undefined): IsHealthy {
  return async () => {
    const address = listening();
    if (address === undefined) return 'does not listen yet';
    // Connecting to an address of all interfaces reaches this machine.
    const socket = connect({ host: address.address, port: address.port });
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(ANSWER_MS) });
      return undefined;
    } finally {
      socket.destroy();
    }
  };
}
