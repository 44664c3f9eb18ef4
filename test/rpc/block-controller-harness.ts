import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { blockControllerServices } from '../../src/csi/block-controller/block-controller-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import type { ControllerDefinition } from '../../src/grpc/generated/csi/v1/Controller.ts';
import type { IdentityDefinition } from '../../src/grpc/generated/csi/v1/Identity.ts';
import { serve } from '../../src/grpc/server.ts';
import { parseClusterName } from '../../src/volumes/ids.ts';
import { MemoryBlockBackend } from '../fakes/memory-block-backend.ts';
import { mountedAs } from './block-node-harness.ts';
import { unary } from './node-harness.ts';

export const OWNER = 'block.csi.gluster.org';
export const NODE_1 = 'node-1@10.0.0.1,fd00::1';
export const NODE_2 = 'node-2@10.0.0.2';
export const GIB = 1024 ** 3;
export const READER = mountedAs({ mode: 'MULTI_NODE_READER_ONLY' });
export const WRITER = mountedAs();

type Definitions = ControllerDefinition & IdentityDefinition;
type Names = keyof {
  [Name in keyof Definitions as string extends Name ? never : number extends Name ? never : Name]: true;
};
type Request<Name extends Names> = Parameters<Definitions[Name]['requestSerialize']>[0];
type Reply<Name extends Names> = ReturnType<Definitions[Name]['responseDeserialize']>;

export interface BlockHarness extends AsyncDisposable {
  readonly backend: MemoryBlockBackend;
  readonly backends: readonly MemoryBlockBackend[];
  /** Calls an RPC; rejects with grpc's ServiceError. The deadline is in milliseconds. */
  rpc<Name extends Names>(name: Name, request: Request<Name>, deadlineMs?: number): Promise<Reply<Name>>;
  /** Makes a volume and resolves with its id. */
  create(name: string, change?: Request<'CreateVolume'>): Promise<string>;
  publish(
    volumeId: string,
    change?: Request<'ControllerPublishVolume'>,
  ): Promise<Reply<'ControllerPublishVolume'>>;
  unpublish(volumeId: string, nodeId?: string): Promise<void>;
  /** The nodes that ListVolumes tells of. */
  publishedTo(volumeId: string): Promise<readonly string[]>;
}

/** The block driver's controller on a socket of its own, over clusters in memory: of its own, or of another one. */
export async function startBlockController(
  names: readonly string[] = ['east'],
  backends: readonly MemoryBlockBackend[] = names.map(() => new MemoryBlockBackend()),
): Promise<BlockHarness> {
  const [backend] = backends;
  if (backend === undefined) throw new Error('there is no cluster');
  const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-rpc-'));
  const endpoint = `unix://${folder}/csi.sock`;
  const clusters = new Map(
    names.map((name, index) => [parseClusterName(name), backends[index] ?? backend] as const),
  );
  const services = blockControllerServices({ clusters, driverName: OWNER, version: '0.0.0-test' });
  const server = await serve({ endpoint, services });
  const controller = new csi.Controller(endpoint, credentials.createInsecure());
  const identity = new csi.Identity(endpoint, credentials.createInsecure());
  const rpc: BlockHarness['rpc'] = (name, request, deadlineMs = 20_000) =>
    unary(name in csi.Identity.service ? identity : controller, name, request, Date.now() + deadlineMs);
  return {
    backend,
    backends,
    rpc,
    async create(name, change = {}) {
      const { volume } = await rpc('CreateVolume', { ...createRequest(name), ...change });
      return volume?.volumeId ?? '';
    },
    publish: (volumeId, change = {}) =>
      rpc('ControllerPublishVolume', { volumeId, nodeId: NODE_1, volumeCapability: WRITER, ...change }),
    async unpublish(volumeId, nodeId = NODE_1) {
      await rpc('ControllerUnpublishVolume', { volumeId, nodeId });
    },
    async publishedTo(volumeId) {
      const { entries } = await rpc('ListVolumes', {});
      return entries.find(({ volume }) => volume?.volumeId === volumeId)?.status?.publishedNodeIds ?? [];
    },
    async [Symbol.asyncDispose]() {
      for (const client of [controller, identity]) client.close();
      await server.stop(100);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A request for a volume that lacks nothing. */
export function createRequest(name: string): Request<'CreateVolume'> {
  return {
    name,
    capacityRange: { requiredBytes: GIB },
    volumeCapabilities: [WRITER],
    parameters: { kind: 'virtblock' },
  };
}
