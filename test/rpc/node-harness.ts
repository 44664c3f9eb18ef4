import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { nodeServices } from '../../src/csi/node/node-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import type { NodeDefinition } from '../../src/grpc/generated/csi/v1/Node.ts';
import type { VolumeCapability } from '../../src/grpc/generated/csi/v1/VolumeCapability.ts';
import { serve } from '../../src/grpc/server.ts';
import { MemoryHost } from '../fakes/memory-host.ts';

export type Names = keyof {
  [Name in keyof NodeDefinition as string extends Name ? never : number extends Name ? never : Name]: true;
};
export type Request<Name extends Names> = Parameters<NodeDefinition[Name]['requestSerialize']>[0];
export type Reply<Name extends Names> = ReturnType<NodeDefinition[Name]['responseDeserialize']>;
export type Mode = NonNullable<NonNullable<VolumeCapability['accessMode']>['mode']>;

export const SERVERS = ['g1', 'g2', 'g3'];
export const ID = 'gl1:volume:east:one';
export const OTHER_ID = 'gl1:volume:east:two';
export const STAGING = '/kubelet/staging/one/globalmount';
export const TARGET = '/kubelet/pods/a/one/mount';
export const TARGET_2 = '/kubelet/pods/b/one/mount';

export const INLINE_ID = `csi-${'0123456789abcdef'.repeat(4)}`;
export const POD_UID = '6f2c9a51-0f5e-4c8e-9a77-b1a4a1f0c0de';
export const INLINE_TARGET = `/kubelet/pods/${POD_UID}/volumes/kubernetes.io~csi/old/mount`;
/** What pods of the namespace `dev` may mount by their own spec. */
export const INLINE_RULES = [
  { namespaces: ['dev', 'test'], volumes: ['east/one', 'east/two/team'] },
  { namespaces: ['prod'], volumes: ['west/three'] },
];

/** What kubelet adds to a pod's volume attributes. */
export function podInfo(namespace = 'dev'): Record<string, string> {
  const key = 'csi.storage.k8s.io/';
  return {
    [`${key}ephemeral`]: 'true',
    [`${key}pod.name`]: 'web-0',
    [`${key}pod.namespace`]: namespace,
    [`${key}pod.uid`]: POD_UID,
    [`${key}serviceAccount.name`]: 'default',
  };
}

export interface NodeHarness extends AsyncDisposable {
  readonly host: MemoryHost;
  /** Calls an RPC; rejects with grpc's ServiceError. The deadline is in milliseconds. */
  rpc<Name extends Names>(name: Name, request: Request<Name>, deadlineMs?: number): Promise<Reply<Name>>;
  stage(change?: Request<'NodeStageVolume'>): Promise<Reply<'NodeStageVolume'>>;
  publish(change?: Request<'NodePublishVolume'>): Promise<Reply<'NodePublishVolume'>>;
  unpublish(change?: Request<'NodeUnpublishVolume'>): Promise<Reply<'NodeUnpublishVolume'>>;
  unstage(change?: Request<'NodeUnstageVolume'>): Promise<Reply<'NodeUnstageVolume'>>;
}

export const good = {
  stage: {
    volumeId: ID,
    stagingTargetPath: STAGING,
    volumeCapability: capability(),
  } satisfies Request<'NodeStageVolume'>,
  publish: {
    volumeId: ID,
    stagingTargetPath: STAGING,
    targetPath: TARGET,
    volumeCapability: capability(),
  } satisfies Request<'NodePublishVolume'>,
  inline: {
    volumeId: INLINE_ID,
    targetPath: INLINE_TARGET,
    volumeCapability: capability('SINGLE_NODE_WRITER'),
    volumeContext: { ...podInfo(), volume: 'east/one' },
  } satisfies Request<'NodePublishVolume'>,
  unpublish: { volumeId: ID, targetPath: TARGET } satisfies Request<'NodeUnpublishVolume'>,
  unstage: { volumeId: ID, stagingTargetPath: STAGING } satisfies Request<'NodeUnstageVolume'>,
};

export function capability(
  mode: Mode = 'MULTI_NODE_MULTI_WRITER',
  mountFlags: string[] = [],
): VolumeCapability {
  return { mount: { mountFlags }, accessMode: { mode } };
}

/** A node service on a socket of its own, over a machine in memory that knows the volumes `one` to `four`. */
export async function startNode(maxVolumes = 0): Promise<NodeHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-rpc-'));
  const endpoint = `unix://${folder}/csi.sock`;
  const host = new MemoryHost(['one', 'two', 'three', 'four']);
  const clusters = [
    { name: 'east', servers: SERVERS },
    { name: 'west', servers: ['h1'] },
  ];
  const plugin = { driverName: 'file.csi.gluster.org', version: '0.0.0-test' };
  const services = nodeServices({
    host,
    clusters,
    nodeId: 'node-1',
    maxVolumes,
    inline: INLINE_RULES,
    ...plugin,
  });
  const server = await serve({ endpoint, services });
  const client = new csi.Node(endpoint, credentials.createInsecure());
  const rpc: NodeHarness['rpc'] = (name, request, deadlineMs = 20_000) =>
    unary(client, name, request, Date.now() + deadlineMs);
  return {
    host,
    rpc,
    stage: (change = {}) => rpc('NodeStageVolume', { ...good.stage, ...change }),
    publish: (change = {}) => rpc('NodePublishVolume', { ...good.publish, ...change }),
    unpublish: (change = {}) => rpc('NodeUnpublishVolume', { ...good.unpublish, ...change }),
    unstage: (change = {}) => rpc('NodeUnstageVolume', { ...good.unstage, ...change }),
    async [Symbol.asyncDispose]() {
      client.close();
      await server.stop(100);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The one cast: the typed names and requests of `rpc` meet grpc-js's overloads by name. */
export function unary<Reply>(
  client: Client,
  name: string,
  request: unknown,
  deadline: number,
): Promise<Reply> {
  const method: unknown = Reflect.get(client, name);
  return new Promise((resolve, reject) => {
    if (typeof method !== 'function') throw new Error(`there is no RPC ${name}`);
    method.call(client, request, { deadline }, (error: ServiceError | null, reply: Reply) => {
      if (error === null) resolve(reply);
      else reject(error);
    });
  });
}

/** What there is on the machine, without what differs from one run to the next. */
export async function stateOf(host: MemoryHost): Promise<object> {
  const mounts = await host.mounts();
  const devices = [...new Set(mounts.map(({ device }) => device))];
  return {
    mounts: mounts
      .map(({ device, target, options, source }) => ({
        client: devices.indexOf(device),
        target,
        options,
        source,
      }))
      .sort((a, b) => a.target.localeCompare(b.target)),
    paths: host.paths.filter((path) => path.endsWith('mount')),
    clients: host.clients,
  };
}
