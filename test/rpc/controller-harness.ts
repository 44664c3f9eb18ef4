import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { controllerServices } from '../../src/csi/controller/controller-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import type { ControllerDefinition } from '../../src/grpc/generated/csi/v1/Controller.ts';
import type { GroupControllerDefinition } from '../../src/grpc/generated/csi/v1/GroupController.ts';
import type { IdentityDefinition } from '../../src/grpc/generated/csi/v1/Identity.ts';
import type { VolumeCapability } from '../../src/grpc/generated/csi/v1/VolumeCapability.ts';
import { type RunningServer, serve } from '../../src/grpc/server.ts';
import { parseClusterName } from '../../src/volumes/ids.ts';
import { MemoryBackend } from '../fakes/memory-backend.ts';

export const OWNER = 'file.csi.gluster.org';
export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;
export const MOUNT: VolumeCapability = { mount: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } };

/** What a cluster holds that nothing was made in. */
export const NOTHING = new MemoryBackend().state;

type Definitions = ControllerDefinition & IdentityDefinition & GroupControllerDefinition;
type Names = keyof {
  [Name in keyof Definitions as string extends Name ? never : number extends Name ? never : Name]: true;
};
type Request<Name extends Names> = Parameters<Definitions[Name]['requestSerialize']>[0];
type Reply<Name extends Names> = ReturnType<Definitions[Name]['responseDeserialize']>;

export interface Harness extends AsyncDisposable {
  readonly backends: readonly MemoryBackend[];
  readonly backend: MemoryBackend;
  readonly server: RunningServer;
  /** Calls an RPC; rejects with grpc's ServiceError. The deadline is in milliseconds. */
  rpc<Name extends Names>(name: Name, request: Request<Name>, deadlineMs?: number): Promise<Reply<Name>>;
}

/** A controller on a socket of its own, over clusters in memory: of its own, or of another one. */
export async function startController(
  clusterNames: readonly string[] = ['east'],
  backends: readonly MemoryBackend[] = clusterNames.map(() => new MemoryBackend()),
): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-rpc-'));
  const endpoint = `unix://${folder}/csi.sock`;
  const named = clusterNames.map((name, index) => [parseClusterName(name), at(backends, index)] as const);
  const services = controllerServices({ clusters: new Map(named), driverName: OWNER, version: '0.0.0-test' });
  const server = await serve({ endpoint, services });
  const clients = {
    identity: new csi.Identity(endpoint, credentials.createInsecure()),
    group: new csi.GroupController(endpoint, credentials.createInsecure()),
    controller: new csi.Controller(endpoint, credentials.createInsecure()),
  };
  return {
    backends,
    backend: at(backends, 0),
    server,
    rpc(name, request, deadlineMs = 20_000) {
      const isOf = ({ service }: { readonly service: object }) => name in service;
      const other = isOf(csi.GroupController) ? clients.group : clients.controller;
      const client = isOf(csi.Identity) ? clients.identity : other;
      return unary(client, name, request, Date.now() + deadlineMs);
    },
    async [Symbol.asyncDispose]() {
      for (const client of Object.values(clients)) client.close();
      await server.stop(100);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The one cast: the typed names and requests of `rpc` meet grpc-js's overloads by name. */
function unary<Reply>(client: Client, name: string, request: unknown, deadline: number): Promise<Reply> {
  const method: unknown = Reflect.get(client, name);
  return new Promise((resolve, reject) => {
    if (typeof method !== 'function') throw new Error(`there is no RPC ${name}`);
    method.call(client, request, { deadline }, (error: ServiceError | null, reply: Reply) => {
      if (error === null) resolve(reply);
      else reject(error);
    });
  });
}

/** The error of a call that must fail. */
export async function errorOf(work: Promise<unknown>): Promise<ServiceError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error as ServiceError;
    throw error;
  }
  throw new Error('an error was expected, and the call succeeded');
}

/** A request for a volume that lacks nothing. */
export function createRequest(name: string, change: Request<'CreateVolume'> = {}): Request<'CreateVolume'> {
  return {
    name,
    capacityRange: { requiredBytes: GIB },
    volumeCapabilities: [MOUNT],
    parameters: { replica: '3' },
    ...change,
  };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`there is no element ${index}`);
  return item;
}
