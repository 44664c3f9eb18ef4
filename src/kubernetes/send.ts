import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import { Fault } from '../control/fault.ts';
import type { ServiceAccount } from './service-account.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Message {
  readonly method: 'GET' | 'POST';
  /** Percent-encoded, with query. */
  readonly path: string;
  readonly accept?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** What `Retry-After` asks for; undefined without a number of seconds there. */
  readonly retryAfterMs: number | undefined;
}

/** A way to the API server, and as whom. */
export interface Route {
  readonly address: Address;
  readonly agent: Agent;
  readonly account: ServiceAccount;
}

/** The pods of one node, metadata alone, stay far below. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/** One request; resolves with whatever status it was answered with. Throws `unreachable`, also when the signal fires. */
export async function send(message: Message, route: Route, signal: AbortSignal): Promise<Answer> {
  const { address, agent, account } = route;
  const text = message.body === undefined ? undefined : JSON.stringify(message.body);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(
        {
          ...address,
          agent,
          ca: account.ca,
          method: message.method,
          path: message.path,
          headers: toHeaders(message, account, text),
          signal,
        },
        resolve,
      );
      sent.once('error', reject);
      sent.end(text);
    });
    return {
      status: response.statusCode ?? 0,
      text: await readText(response),
      retryAfterMs: toMilliseconds(response.headers['retry-after']),
    };
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('unreachable', `the Kubernetes API at ${address.host} does not answer`, { cause });
  }
}

function toHeaders({ accept }: Message, { token }: ServiceAccount, text: string | undefined) {
  return {
    authorization: `Bearer ${token}`,
    accept: accept ?? 'application/json',
    'user-agent': 'gluster-csi',
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_REPLY_BYTES) throw new Fault('unreachable', 'the Kubernetes API sends more than is read');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toMilliseconds(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
