import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, isIPv4 } from 'node:net';
import type { GatewayConfig } from '../config.ts';
import { Fault, invalid } from '../control/fault.ts';
import { log } from '../telemetry/log.ts';
import { readCertificate, type ServerCertificate } from './server-certificate.ts';

export interface HttpServer {
  /** Listens. Throws `unreachable` when the address cannot be had. */
  listen(): Promise<AddressInfo>;
  /** Takes no new connection, and closes those that wait for a request. */
  close(): Promise<void>;
  /** Cuts what is still connected. */
  cut(): void;
}

/** Against slow or many clients: header and body must come in these times. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than clients keep theirs, so that none sends into a connection that is being closed.
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};
const MAX_CONNECTIONS = 1024;
/** How often certificate and key are looked at. */
const RELOAD_MS = 2_000;

type ServerConfig = Pick<GatewayConfig, 'listen' | 'tls' | 'insecure'>;

/** Throws `invalid` for plain http beyond loopback, unless `insecure` allows it. */
export async function createServer(config: ServerConfig, listener: RequestListener): Promise<HttpServer> {
  const { tls, listen } = config;
  if (tls === undefined && !config.insecure && !isLoopback(listen.address)) {
    throw invalid('tls', `is required to listen on ${listen.address}; set tls, or insecure: true`);
  }
  if (tls === undefined) return wrap(createHttpServer(LIMITS, listener), listen, undefined);
  const read = readCertificate(tls, RELOAD_MS / 2);
  const certificate = await read();
  const options = { ...LIMITS, ...certificate, minVersion: 'TLSv1.2' as const };
  const server = createHttpsServer(options, listener);
  return wrap(server, listen, () => reload(server, read));
}

function wrap(
  server: Server | HttpsServer,
  { address, port }: ServerConfig['listen'],
  refresh: (() => Promise<void>) | undefined,
): HttpServer {
  server.maxConnections = MAX_CONNECTIONS;
  const timer = refresh === undefined ? undefined : setInterval(() => void refresh(), RELOAD_MS).unref();
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        const failed = (cause: Error) => {
          clearInterval(timer);
          reject(new Fault('unreachable', `cannot listen on ${address} port ${port}`, { cause }));
        };
        server.once('error', failed);
        server.listen(port, address, () => {
          server.off('error', failed);
          resolve(server.address() as AddressInfo);
        });
      }),
    close() {
      clearInterval(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      return closed;
    },
    cut: () => server.closeAllConnections(),
  };
}

/** A certificate that cannot be used leaves the old one in force. */
async function reload(server: HttpsServer, read: () => Promise<ServerCertificate>): Promise<void> {
  try {
    const certificate = await read();
    if (current.get(server) === certificate) return;
    server.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
    current.set(server, certificate);
  } catch (error) {
    log.error({ err: error }, 'certificate cannot be reloaded, the old one stays');
  }
}

const current = new WeakMap<HttpsServer, ServerCertificate>();

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}
