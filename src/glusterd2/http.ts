import type { z } from 'zod';
import { type Call, checkpoint } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { attempt, type Exchange } from './attempt.ts';
import { parseBaseUrls } from './base-urls.ts';
import { createConnections } from './connections.ts';
import { createEndpoints } from './endpoints.ts';
import type { KeyReader } from './key-file.ts';
import { signToken } from './token.ts';

export interface ClientOptions {
  /** Servers that serve the same, tried in turn. */
  readonly baseUrls: readonly string[];
  readonly issuer: string;
  readonly key: KeyReader;
  /** File of the certificates that sign the servers' own, read again when it changes; default the system's. */
  readonly ca?: string | undefined;
  /** Allows plain http beyond loopback. */
  readonly insecure?: boolean | undefined;
  /** For one request to one server, milliseconds. */
  readonly timeoutMs: number;
  /** The same for requests that change nothing, so that a hung server leaves time for the next. Default 20 s or timeoutMs. */
  readonly readTimeoutMs?: number | undefined;
  /** Default 5 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** Default 64 MiB, some 30,000 volumes. */
  readonly maxReplyBytes?: number | undefined;
  /** How long a look at the CA file holds, milliseconds. Default 1 s. */
  readonly recheckMs?: number | undefined;
}

export interface RestRequest<T> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Percent-encoded path without query: `/v1/volumes/pvc-1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. Numbers, not bigints. */
  readonly body?: unknown;
  /** What the reply must look like; an empty one reads as null. */
  readonly reply: z.ZodType<T>;
  /** The thing, for messages: `volume pvc-1`. */
  readonly subject: string;
  /** Default true for all but GET. */
  readonly mutates?: boolean;
}

/**
 * Sends requests as one issuer to one of several servers. A request goes to the next server only when the
 * last one certainly changed nothing: no connection, a read, or the gateway's own `unreachable`.
 */
export interface RestClient {
  /**
   * Throws what the server says as a Fault (`faults.ts`); `unreachable` when no server answers and nothing was
   * changed; `uncertain` when a change was sent and its outcome is unknown; `timed-out`, `cancelled` by the call.
   */
  request<T>(request: RestRequest<T>, call: Call): Promise<T>;
  /** Ends the kept connections once the requests under way are done. */
  close(): Promise<void>;
}

/** Throws `invalid` when the base URLs are not acceptable (see `base-urls.ts`). */
export function createClient(options: ClientOptions): RestClient {
  const endpoints = createEndpoints(parseBaseUrls(options.baseUrls, options.insecure === true));
  const connections = createConnections({
    caFile: options.ca,
    connectTimeoutMs: Math.min(options.connectTimeoutMs ?? 5_000, options.timeoutMs),
    maxReplyBytes: options.maxReplyBytes ?? 64 * 1024 * 1024,
    recheckMs: options.recheckMs,
  });
  return {
    async request(request, call) {
      checkpoint(call);
      const pool = await connections.pool();
      const exchange = await toExchange(request, options);
      const failed: Fault[] = [];
      for (const origin of endpoints.inOrder()) {
        const outcome = await attempt(pool, origin, exchange, call);
        if (outcome.kind === 'reply' || !outcome.isServerBad) endpoints.answered(origin);
        else endpoints.failed(origin);
        if (outcome.kind === 'reply') return outcome.value;
        failed.push(outcome.fault);
        if (!outcome.elsewhere) break;
      }
      throw together(failed);
    },
    close: () => connections.close(),
  };
}

async function toExchange<T>(request: RestRequest<T>, options: ClientOptions): Promise<Exchange<T>> {
  const { method, path, reply, subject, query, body } = request;
  const mutates = request.mutates ?? method !== 'GET';
  const token = await signToken({ method, path }, options);
  const readTimeoutMs = Math.min(options.readTimeoutMs ?? 20_000, options.timeoutMs);
  return {
    method,
    path: query === undefined ? path : `${path}?${new URLSearchParams(query)}`,
    headers: {
      authorization: `bearer ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    reply,
    subject,
    mutates,
    timeoutMs: mutates ? options.timeoutMs : readTimeoutMs,
  };
}

/** The last server's word decides; what the others said is told too. */
function together(faults: readonly Fault[]): Fault {
  const last = faults.at(-1);
  if (last === undefined) return new Fault('unreachable', 'no gateway is configured');
  if (faults.length === 1) return last;
  return new Fault(last.kind, [...new Set(faults.map((fault) => fault.message))].join('; '), { cause: last });
}
