import { type Client, type ClientUnaryCall, credentials, type requestCallback } from '@grpc/grpc-js';
import { csi } from '../../../src/grpc/contract.ts';
import type { ControllerClient } from '../../../src/grpc/generated/csi/v1/Controller.ts';
import type { IdentityClient } from '../../../src/grpc/generated/csi/v1/Identity.ts';
import type { NodeClient } from '../../../src/grpc/generated/csi/v1/Node.ts';
import { PATIENCE } from './patience.ts';

type UnaryCall<Request, Reply> = (request: Request, callback: requestCallback<Reply>) => ClientUnaryCall;

/** The methods of a generated client that are named as in the contract, as functions that give promises. */
export type Calls<C> = {
  readonly [M in keyof C as M extends Capitalize<string & M> ? M : never]: C[M] extends UnaryCall<
    infer Request,
    infer Reply
  >
    ? (request: Request) => Promise<Reply>
    : never;
};

export interface CsiClient {
  readonly identity: Calls<IdentityClient>;
  readonly controller: Calls<ControllerClient>;
  readonly node: Calls<NodeClient>;
  close(): void;
}

const DEADLINE_MS = 120_000 * PATIENCE;

/** Talks CSI over a unix socket as the sidecars and kubelet do. A failure rejects with grpc-js's ServiceError. */
export function csiClient(socket: string): CsiClient {
  const address = `unix:${socket}`;
  const insecure = credentials.createInsecure();
  const clients = {
    identity: new csi.Identity(address, insecure),
    controller: new csi.Controller(address, insecure),
    node: new csi.Node(address, insecure),
  };
  return {
    identity: calls<IdentityClient>(clients.identity),
    controller: calls<ControllerClient>(clients.controller),
    node: calls<NodeClient>(clients.node),
    close: () => {
      for (const client of Object.values(clients)) client.close();
    },
  };
}

function calls<C extends Client>(client: C): Calls<C> {
  const call = (method: string) => (request: unknown) =>
    new Promise((resolve, reject) => {
      const send: unknown = Reflect.get(client, method);
      if (typeof send !== 'function') throw new Error(`csi.v1 has no method ${method}`);
      const callback: requestCallback<unknown> = (error, reply) =>
        error === null ? resolve(reply) : reject(error);
      send.call(client, request, { deadline: Date.now() + DEADLINE_MS }, callback);
    });
  return new Proxy({}, { get: (_, method) => call(String(method)) }) as Calls<C>;
}
