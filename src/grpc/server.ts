import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { KeyedLocks } from '../control/locks.ts';
import { log } from '../telemetry/log.ts';
import type { Service } from './service.ts';
import { parseEndpoint, UnixListener } from './unix-listener.ts';

/** CSI messages are small; this is also what Go's gRPC accepts by default. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const STOP_MS = 10_000;

export interface ServeOptions {
  /** `unix:///path/to.sock` */
  readonly endpoint: string;
  readonly services: readonly Service[];
}

export interface RunningServer extends AsyncDisposable {
  readonly path: string;
  /**
   * Takes no more calls, lets those in hand end until the deadline (default 10 s), then cuts them off. Their
   * work goes on until the process ends; every step of it is one that a retry can take up.
   */
  stop(deadlineMs?: number): Promise<void>;
}

/** Serves gRPC on a Unix socket. Throws `invalid` or `conflict` when it cannot listen there. */
export async function serve({ endpoint, services }: ServeOptions): Promise<RunningServer> {
  const path = parseEndpoint(endpoint);
  const grpc = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_channelz': 0,
  });
  const locks = new KeyedLocks();
  for (const { definition, toHandlers } of services) grpc.addService(definition, toHandlers(locks));

  // The listening socket is ours, not grpc-js's: it caches a bound address and could not bind it again.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const listener = await UnixListener.listen(path, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    injector.injectConnection(socket);
  });
  log.info({ path }, 'serving');
  const stop = async (deadlineMs = STOP_MS) => {
    listener[Symbol.dispose]();
    grpc.tryShutdown(() => {});
    await allClosed(sockets, deadlineMs);
    for (const socket of sockets) socket.destroy();
  };
  return { path, stop, [Symbol.asyncDispose]: () => stop() };
}

/**
 * grpc-js calls back too early: Node marks the sessions of a closing server as closed while calls go on in
 * them. Each connection ends after its last call, so the connections are what is waited for.
 */
async function allClosed(sockets: ReadonlySet<Socket>, deadlineMs: number): Promise<void> {
  const closed = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  await Promise.race([Promise.all(closed), sleep(deadlineMs, undefined, { ref: false })]);
}
