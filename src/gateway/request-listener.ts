import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { withContext } from '../telemetry/context.ts';
import { log } from '../telemetry/log.ts';
import { observeRequest } from '../telemetry/metrics.ts';
import { authenticate, type Issuers } from './auth.ts';
import { toErrorReply } from './error-reply.ts';
import { readBody } from './read-body.ts';
import type { Reply, Route } from './route.ts';
import { createRouter, type Match } from './router.ts';

export interface ApiParts {
  readonly routes: readonly Route[];
  readonly issuers: Issuers;
  /** Ids for the reply headers. */
  readonly identity: () => { readonly peerId: string; readonly clusterId: string };
  /** Told of each `unreachable`: what is known of the pool may be old. */
  readonly onUnreachable: () => void;
}

export interface Api {
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
  /** Resolves when no request is being worked on, also none whose caller has gone. */
  idle(): Promise<void>;
}

/** Time for the work of one request; what it began is then undone, which takes a while longer. */
const READ_MS = 60_000;
const CHANGE_MS = 110_000;

/** The one path of every HTTP request: id, route, credentials, body, work, reply, one log line. */
export function createApi(parts: ApiParts): Api {
  const find = createRouter(parts.routes);
  const working = new Set<Promise<void>>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const exchange = openExchange(request);
    await withContext({ requestId: exchange.id, method: exchange.name }, async () => {
      const found = find(exchange.method, exchange.path);
      if ('route' in found) {
        exchange.name = found.route.name;
        exchange.route = found.route.path;
      }
      const reply = await ('route' in found ? answer(parts, exchange, found) : noRoute(found.allowed));
      send(response, exchange, reply, parts);
    });
  };
  return {
    listener(request, response) {
      const work = serve(request, response).catch((error: unknown) => {
        log.error({ err: error }, 'reply failed');
        response.destroy();
      });
      working.add(work);
      void work.finally(() => working.delete(work));
    },
    async idle() {
      while (working.size > 0) await Promise.allSettled([...working]);
    },
  };
}

interface Exchange {
  readonly id: string;
  readonly started: number;
  readonly request: IncomingMessage;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  name: string;
  route: string | undefined;
  issuer: string | undefined;
  error: unknown;
}

function openExchange(request: IncomingMessage): Exchange {
  const { method = '', url = '' } = request;
  const [path = '', ...rest] = url.split('?');
  const query = new URLSearchParams(rest.join('?'));
  const started = performance.now();
  return {
    id: randomUUID(),
    started,
    request,
    method,
    url,
    path,
    query,
    name: 'unknown',
    route: undefined,
    issuer: undefined,
    error: undefined,
  };
}

/** The caller's going away stops nothing: the work is finished or undone, and only its deadline ends it. */
async function answer(parts: ApiParts, exchange: Exchange, { route, params }: Match): Promise<Reply> {
  const { request, method, url, query, id } = exchange;
  try {
    const { authorization } = request.headers;
    exchange.issuer = await authenticate(route, { method, url, authorization }, parts.issuers);
    const body = route.schema === undefined ? undefined : await readBody(request, route.schema);
    const call: Call = { id, signal: AbortSignal.timeout(route.method === 'GET' ? READ_MS : CHANGE_MS) };
    return await route.handle({ params, query, body }, call);
  } catch (error) {
    exchange.error = error;
    if (isFault(error, 'unreachable')) parts.onUnreachable();
    return toErrorReply(error, id);
  }
}

/** glusterd2's answers: a text for an unknown path, nothing for a known one with another method. */
async function noRoute(allowed: readonly string[]): Promise<Reply> {
  if (allowed.length > 0) return { status: 405, headers: { Allow: allowed.join(', ') } };
  return { status: 404, body: '404 page not found\n' };
}

function send(response: ServerResponse, exchange: Exchange, reply: Reply, parts: ApiParts): void {
  logReply(exchange, reply);
  const { route, method, started } = exchange;
  observeRequest({ route, method, status: reply.status, seconds: (performance.now() - started) / 1000 });
  const { peerId, clusterId } = parts.identity();
  const isText = typeof reply.body === 'string';
  const text = reply.body === undefined ? '' : isText ? String(reply.body) : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...(text === ''
      ? {}
      : { 'Content-Type': `${isText ? 'text/plain' : 'application/json'}; charset=UTF-8` }),
    ...(reply.status === 204 ? {} : { 'Content-Length': Buffer.byteLength(text) }),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'X-Request-Id': exchange.id,
    ...(peerId === '' ? {} : { 'X-Gluster-Peer-Id': peerId, 'X-Gluster-Cluster-Id': clusterId }),
    ...reply.headers,
  });
  response.end(text);
}

function logReply(exchange: Exchange, { status }: Reply): void {
  const { method, path, error, issuer, request } = exchange;
  const line = {
    http: method,
    path,
    status,
    ms: Math.round(performance.now() - exchange.started),
    ...(issuer === undefined ? {} : { issuer }),
    from: request.socket.remoteAddress,
    ...(error === undefined
      ? {}
      : status >= 500
        ? { err: error }
        : { reason: isFault(error) ? error.message : '' }),
  };
  if (error !== undefined && !isFault(error)) log.error(line, 'request failed');
  else if (exchange.path === '/ping') log.debug(line, 'request');
  else log.info(line, 'request');
}
