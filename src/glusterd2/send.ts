import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** No connection came about (refused, no such host, TLS, too slow): the request was certainly not sent. */
export class ConnectFailure extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'ConnectFailure';
  }
}

/** A kept connection ended before anything of a reply: the server may have closed it just as the request came. */
export class StaleConnection extends Error {
  readonly code = 'ECONNRESET';
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'StaleConnection';
  }
}

/** A server and the connections to it. */
export interface Route {
  readonly isSecure: boolean;
  readonly hostname: string;
  readonly port: string;
  /** The `Host` header. */
  readonly host: string;
  readonly agent: Agent;
}

export interface Message {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface SendLimits {
  readonly connectTimeoutMs: number;
  /** A larger reply is broken off. */
  readonly maxReplyBytes: number;
  /** Ends the request whatever it waits for, with the signal's reason. */
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends one request over a connection of the agent's and reads the reply whole; follows no redirect. Nothing
 * is written before the connection stands and its certificate is trusted, which is what makes a ConnectFailure
 * certain. Throws that, a StaleConnection, the signal's reason, or the error that broke the exchange off.
 */
export function send(route: Route, message: Message, limits: SendLimits): Promise<Reply> {
  const { signal, connectTimeoutMs, maxReplyBytes } = limits;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const request = open(route, message);
    let stage: 'connecting' | 'sent' | 'replying' = 'connecting';
    const fail = (error: unknown) => {
      reject(error);
      request.destroy();
    };
    const abort = () => fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    request.on('socket', (socket) =>
      whenConnected(socket, connectTimeoutMs, () => {
        stage = 'sent';
        request.end(message.body);
      }),
    );
    request.on('response', (response) => {
      stage = 'replying';
      const { statusCode: status = 0 } = response;
      readText(response, maxReplyBytes).then((text) => resolve({ status, text }), fail);
    });
    request.on('error', (error) => {
      if (stage === 'connecting') fail(new ConnectFailure(error));
      else if (stage === 'sent' && request.reusedSocket && isReset(error)) fail(new StaleConnection(error));
      else fail(error);
    });
    request.on('close', () => {
      signal.removeEventListener('abort', abort);
      // A 101 that nobody asked for ends without an error; a reply may still be read after its connection closed.
      if (stage !== 'replying') fail(new Error('closed without a reply'));
    });
  });
}

/** The headers as a list: Node writes them as they are, which saves a fifth of a request's cost. */
function open({ isSecure, hostname, port, host, agent }: Route, message: Message): ClientRequest {
  const { method, path, body } = message;
  const headers = ['host', host];
  for (const [name, value] of Object.entries(message.headers)) headers.push(name, value);
  // Some servers want a POST's length even when it is 0, and Node would send a DELETE's body unframed.
  const length = Buffer.byteLength(body ?? '');
  if (length > 0 || method === 'POST') headers.push('content-length', String(length));
  const start = isSecure ? httpsRequest : httpRequest;
  return start({ hostname, port, agent, method, path, headers });
}

function whenConnected(socket: Socket, timeoutMs: number, go: () => void): void {
  const isSecure = socket instanceof TLSSocket;
  if (isSecure ? socket.authorized : !socket.connecting) {
    go();
    return;
  }
  const late = Object.assign(new Error('not connected in time'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  socket.once('close', () => clearTimeout(timer));
  socket.once(isSecure ? 'secureConnect' : 'connect', () => {
    clearTimeout(timer);
    go();
  });
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** Rejects when the reply is too large or breaks off before its end. */
function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) reject(new Error(`its reply is larger than ${maxBytes} bytes`));
      else chunks.push(chunk);
    });
    response.on('end', () => resolve(Buffer.concat(chunks, bytes).toString('utf8')));
    response.on('error', reject);
  });
}
