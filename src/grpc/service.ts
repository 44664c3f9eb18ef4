import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type { KeyedLocks } from '../control/locks.ts';
import { type AnyMethod, type RpcName, toHandler } from './method.ts';

/** The names that a generated definition declares, without the index signature that would let typos pass. */
type NameOf<Definition> = keyof {
  [Name in keyof Definition as string extends Name ? never : number extends Name ? never : Name]: true;
};

/** Methods for some of a service's RPCs. A misnamed one, or one of another type, does not compile. */
export type MethodsOf<Definition> = {
  readonly [Name in NameOf<Definition> & keyof Definition]?: Definition[Name] extends MethodDefinition<
    infer _Request,
    infer Reply,
    infer Wire,
    infer _Response
  >
    ? AnyMethod<Wire, Reply>
    : never;
};

/** A gRPC service with its methods; RPCs without a method answer UNIMPLEMENTED. */
export interface Service {
  readonly definition: ServiceDefinition;
  readonly methodNames: readonly string[];
  toHandlers(locks: KeyedLocks): UntypedServiceImplementation;
}

/** `service(csi.Identity.service, { Probe: … })` */
export function service<Definition extends ServiceDefinition>(
  definition: Definition,
  methods: MethodsOf<Definition>,
): Service {
  const named = Object.entries<AnyMethod<unknown, unknown>>(
    methods as Record<string, AnyMethod<unknown, unknown>>,
  );
  return {
    definition,
    methodNames: named.map(([name]) => name),
    toHandlers: (locks) =>
      Object.fromEntries(
        named.map(([name, method]) => [name, toHandler(toRpcName(definition, name), method, locks)]),
      ),
  };
}

/** Of `/csi.v1.Identity/Probe`. */
function toRpcName(definition: ServiceDefinition, method: string): RpcName {
  const [, service = ''] = definition[method]?.path.split('/') ?? [];
  return { service, method };
}
