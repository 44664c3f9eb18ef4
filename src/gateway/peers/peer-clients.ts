import type { GatewayConfig } from '../../config.ts';
import { createClient, type RestClient } from '../../glusterd2/http.ts';
import type { KeyReader } from '../../glusterd2/key-file.ts';

export interface PeerClients {
  /** The client for the gateway of that server, made once. */
  for(host: string): RestClient;
  close(): Promise<void>;
}

/** A mutation that a server does for a coordinator: mkfs and mounts of all its bricks of a volume at most. */
const TIMEOUT_MS = 90_000;
const READ_MS = 10_000;
/** A server that is down must not cost the others' time. */
const CONNECT_MS = 3_000;

/** Clients of the other gateways, which sign with the peers' key. */
export function createPeerClients(
  config: Pick<GatewayConfig, 'tls' | 'insecure' | 'peerPort' | 'auth'>,
  key: KeyReader,
): PeerClients {
  const clients = new Map<string, RestClient>();
  const scheme = config.tls === undefined ? 'http' : 'https';
  const create = (host: string) =>
    createClient({
      baseUrls: [`${scheme}://${host.includes(':') ? `[${host}]` : host}:${config.peerPort}`],
      issuer: config.auth.peers.issuer,
      key,
      ca: config.tls?.caFile,
      insecure: config.insecure,
      timeoutMs: TIMEOUT_MS,
      readTimeoutMs: READ_MS,
      connectTimeoutMs: CONNECT_MS,
    });
  return {
    for(host) {
      const client = clients.get(host) ?? create(host);
      clients.set(host, client);
      return client;
    },
    async close() {
      await Promise.allSettled([...clients.values()].map((client) => client.close()));
      clients.clear();
    },
  };
}
