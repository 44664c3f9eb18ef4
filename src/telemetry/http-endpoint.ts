import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { invalid } from '../control/fault.ts';
import { checkHealth, type IsHealthy } from './health.ts';
import { log } from './log.ts';
import { registry } from './registry.ts';

export interface TelemetryOptions {
  /** `--http-address`: `host:port`, a port of 0 takes any; undefined: nothing is served. */
  readonly address: string | undefined;
  readonly isHealthy: IsHealthy;
}

export interface TelemetryServer {
  /** Where it listens; undefined when nothing is served. */
  readonly address: AddressInfo | undefined;
  stop(): Promise<void>;
}

/** Whoever reaches the port may ask, so all that a caller can use up is bounded. */
const LIMITS = {
  maxHeaderSize: 4 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 2_500,
};
const MAX_CONNECTIONS = 64;

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly text: string;
}

/** Serves `GET /metrics` and `GET /healthz` over plain HTTP. Throws `invalid`, naming the flag, when it cannot listen. */
export async function serveTelemetry({ address, isHealthy }: TelemetryOptions): Promise<TelemetryServer> {
  if (address === undefined) return { address: undefined, stop: async () => {} };
  const paths = new Map([
    ['/healthz', shared(() => toHealthAnswer(isHealthy))],
    ['/metrics', shared(toMetricsAnswer)],
  ]);
  const server = createServer(LIMITS, (request, response) => void reply(request, response, paths));
  limitConnections(server);
  const listening = await listen(server, address);
  log.info({ address: listening.address, port: listening.port }, 'metrics and health are served');
  return {
    address: listening,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  paths: ReadonlyMap<string, () => Promise<Answer>>,
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const { status, type, text } = await answerTo(request.method, paths.get(path));
  response.writeHead(status, {
    'Content-Type': type ?? 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // A body, which nothing here takes, is left unread with its connection.
    Connection: 'close',
  });
  response.end(text);
}

async function answerTo(
  method: string | undefined,
  answer: (() => Promise<Answer>) | undefined,
): Promise<Answer> {
  if (answer === undefined) return { status: 404, text: 'not found\n' };
  if (method !== 'GET') return { status: 405, text: 'only GET is served\n' };
  try {
    return await answer();
  } catch (error) {
    log.error({ err: error }, 'telemetry cannot be told');
    return { status: 500, text: 'internal error\n' };
  }
}

/** However many ask, one look is under way, and its answer is everybody's. */
function shared(look: () => Promise<Answer>): () => Promise<Answer> {
  let looking: Promise<Answer> | undefined;
  return () => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

async function toHealthAnswer(isHealthy: IsHealthy): Promise<Answer> {
  const reason = await checkHealth(isHealthy);
  return reason === undefined ? { status: 200, text: 'ok\n' } : { status: 503, text: `${reason}\n` };
}

async function toMetricsAnswer(): Promise<Answer> {
  return { status: 200, type: registry.contentType, text: await registry.metrics() };
}

/** Were new connections refused, those who hold old ones could have kubelet's probes fail: the oldest go. */
function limitConnections(server: Server): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const [oldest] = sockets;
    if (sockets.size > MAX_CONNECTIONS) oldest?.destroy();
  });
}

async function listen(server: Server, address: string): Promise<AddressInfo> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(Number(address.slice(colon + 1)), host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw invalid('--http-address', `cannot listen on ${address}: ${code}; choose another port or address`, {
      cause: error,
    });
  }
  server.on('error', (error) => log.error({ err: error }, 'telemetry server failed'));
  return server.address() as AddressInfo;
}
