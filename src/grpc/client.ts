import {
  type ChannelOptions,
  type Client,
  type ClientUnaryCall,
  credentials,
  type requestCallback,
} from '@grpc/grpc-js';
import { type Call, checkpoint } from '../control/call.ts';
import { fromStatus } from './status.ts';
import { parseEndpoint } from './unix-listener.ts';

type UnaryCall<Request, Reply> = (
  request: Request,
  options: { readonly deadline: number },
  callback: requestCallback<Reply>,
) => ClientUnaryCall;
type ClientConstructor<C extends Client> = new (
  address: string,
  channel: ReturnType<typeof credentials.createInsecure>,
  options?: ChannelOptions,
) => C;

/** How long a call may take and whose it is. */
export interface Bounds {
  readonly call: Call;
  readonly timeoutMs: number;
}

/** A client of one of our own servers on a Unix socket. It connects when it is first used, and again after a loss. */
export function connectTo<C extends Client>(
  Constructor: ClientConstructor<C>,
  endpoint: string,
  options: ChannelOptions = {},
): C {
  return new Constructor(`unix:${parseEndpoint(endpoint)}`, credentials.createInsecure(), options);
}

/**
 * One call: `ask((...args) => client.Mount(...args), request, "the mounter", bounds)`. The call's signal cancels it.
 * Throws the Fault that the server answered with, `unreachable` when it does not answer, `timed-out`, `cancelled`.
 */
export async function ask<Request, Reply>(
  method: UnaryCall<Request, Reply>,
  request: Request,
  server: string,
  { call, timeoutMs }: Bounds,
): Promise<Reply> {
  checkpoint(call);
  return new Promise((resolve, reject) => {
    const cancel = () => sent.cancel();
    const sent = method(request, { deadline: Date.now() + timeoutMs }, (error, reply) => {
      call.signal.removeEventListener('abort', cancel);
      if (error !== null) reject(fromStatus(error, server));
      else if (reply === undefined) reject(new Error(`${server} answered nothing`));
      else resolve(reply);
    });
    call.signal.addEventListener('abort', cancel, { once: true });
  });
}
