import { type ClientHttp2Stream, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { parseEndpoint } from './unix-listener.ts';

/** An RPC that takes an empty request: `/csi.v1.Identity/Probe`. */
export type RpcPath = `/${string}/${string}`;

/** A gRPC message of no fields: not compressed, of length 0. */
const EMPTY_MESSAGE = Buffer.alloc(5);

/**
 * Calls an RPC over a connection made for it. Resolves undefined when the answer is OK, else with the reason. A
 * gRPC client would share a connection made before, and not see that none is taken any more; one made and closed
 * for each look leaves more memory behind.
 */
export async function probe(endpoint: string, rpc: RpcPath, timeoutMs: number): Promise<string | undefined> {
  const socket = connect(parseEndpoint(endpoint));
  const session = connectHttp2('http://localhost', { createConnection: () => socket });
  const { promise: late, resolve: resolveLate } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolveLate(`no answer within ${timeoutMs} ms`), timeoutMs);
  try {
    session.on('error', () => {});
    const stream = session.request({
      ':method': 'POST',
      ':path': rpc,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const status = readStatus(stream);
    stream.end(EMPTY_MESSAGE);
    const reason = await Promise.race([status, late]);
    return reason === undefined ? undefined : `${endpoint}: ${reason}`;
  } finally {
    clearTimeout(timer);
    session.destroy();
  }
}

/** gRPC's status stands in the trailers, or in the headers of an answer without a message. */
function readStatus(stream: ClientHttp2Stream): Promise<string | undefined> {
  return new Promise((resolve) => {
    const read = (headers: IncomingHttpHeaders) => {
      const status = headers['grpc-status'];
      if (status !== undefined) resolve(status === '0' ? undefined : `answers with gRPC status ${status}`);
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('error', () => {});
    stream.on('close', () => resolve('takes no calls'));
    stream.resume();
  });
}
