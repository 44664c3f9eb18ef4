import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { blockNodeServices } from '../../src/csi/block-node/block-node-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import { serve } from '../../src/grpc/server.ts';
import type { IscsiHost } from '../../src/staging/iscsi/iscsi-host.ts';
import { MemoryBlockHost } from '../fakes/memory-block-host.ts';
import { MemoryIscsiHost } from '../fakes/memory-iscsi-host.ts';
import { type MemoryTarget, MemoryTargets } from '../fakes/memory-targets.ts';
import { mountedAs } from './block-node-harness.ts';
import { type Names, type Reply, type Request, unary } from './node-harness.ts';

export const LUN_ID = 'gl1:block:east:lio/h1/one';
export const OTHER_LUN_ID = 'gl1:block:east:lio/h1/two';
export const LUN_STAGING = '/kubelet/staging/lun';
export const LUN_TARGET = '/kubelet/pods/a/lun/mount';
export const LUN_TARGET_2 = '/kubelet/pods/b/lun/mount';
export const INITIATOR = 'iqn.2026-11.org.example:node-1';
export const PORTALS = ['10.0.0.1:3260', '10.0.0.2:3260'] as const;
export const IQN = 'iqn.2026-11.org.gluster-csi:one';
export const GIB = 1024 ** 3;
export const CHAP = { username: 'node', password: 'twelve-letters' };
export const SECRETS = {
  'node.session.auth.username': CHAP.username,
  'node.session.auth.password': CHAP.password,
};

const SERIAL = '9a8e1f5e-7a3b-4c53-8f0d-9d9a2a3b1c77';

export const CONTEXT = {
  readonly: 'false',
  iqn: IQN,
  portals: PORTALS.join(','),
  lun: '0',
  wwn: SERIAL,
  bytes: String(GIB),
};

export const goodLun = {
  stage: {
    volumeId: LUN_ID,
    stagingTargetPath: LUN_STAGING,
    volumeCapability: mountedAs(),
    publishContext: CONTEXT,
    secrets: SECRETS,
  },
  publish: {
    volumeId: LUN_ID,
    stagingTargetPath: LUN_STAGING,
    targetPath: LUN_TARGET,
    volumeCapability: mountedAs(),
    publishContext: CONTEXT,
  },
  unpublish: { volumeId: LUN_ID, targetPath: LUN_TARGET },
  unstage: { volumeId: LUN_ID, stagingTargetPath: LUN_STAGING },
} satisfies Record<string, Request<'NodePublishVolume'> | Request<'NodeStageVolume'>>;

export interface NodeClient extends AsyncDisposable {
  /** Calls an RPC; rejects with grpc's ServiceError. The deadline is in milliseconds. */
  rpc<Name extends Names>(name: Name, request: Request<Name>, deadlineMs?: number): Promise<Reply<Name>>;
}

/** The block driver's node service on a socket of its own, over this iSCSI machine. */
export async function serveLuns(iscsi: IscsiHost): Promise<NodeClient> {
  const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-rpc-'));
  const endpoint = `unix://${folder}/csi.sock`;
  const services = blockNodeServices({
    host: new MemoryBlockHost([]),
    iscsi,
    clusters: [{ name: 'east', servers: ['g1'] }],
    nodeName: 'node-1',
    addresses: async () => ['10.0.0.5'],
    maxVolumes: 0,
    driverName: 'block.csi.gluster.org',
    version: '0.0.0-test',
  });
  const server = await serve({ endpoint, services });
  const client = new csi.Node(endpoint, credentials.createInsecure());
  return {
    rpc: (name, request, deadlineMs = 20_000) => unary(client, name, request, Date.now() + deadlineMs),
    async [Symbol.asyncDispose]() {
      client.close();
      await server.stop(100);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface LunNode extends NodeClient {
  readonly host: MemoryIscsiHost;
  readonly target: MemoryTarget;
  readonly targets: MemoryTargets;
  stage(change?: Request<'NodeStageVolume'>): Promise<unknown>;
  publish(change?: Request<'NodePublishVolume'>): Promise<unknown>;
  unpublish(change?: Request<'NodeUnpublishVolume'>): Promise<unknown>;
  unstage(change?: Request<'NodeUnstageVolume'>): Promise<unknown>;
}

/** The same on a machine in memory, with a target that lets it in. */
export async function startLunNode(): Promise<LunNode> {
  const targets = new MemoryTargets();
  const target = targets.add(IQN, { portals: PORTALS, serial: SERIAL, bytes: BigInt(GIB) });
  target.initiators.set(INITIATOR, CHAP);
  const host = new MemoryIscsiHost(targets, INITIATOR);
  const client = await serveLuns(host);
  const { rpc } = client;
  return {
    ...client,
    host,
    target,
    targets,
    stage: (change = {}) => rpc('NodeStageVolume', { ...goodLun.stage, ...change }),
    publish: (change = {}) => rpc('NodePublishVolume', { ...goodLun.publish, ...change }),
    unpublish: (change = {}) => rpc('NodeUnpublishVolume', { ...goodLun.unpublish, ...change }),
    unstage: (change = {}) => rpc('NodeUnstageVolume', { ...goodLun.unstage, ...change }),
  };
}

/** What there is on the machine, without what differs from one run to the next. */
export async function lunStateOf({ host, target }: LunNode) {
  const mounts = await host.mounts();
  const { content, fileSystemBytes } = target.disk;
  return {
    mounts: mounts
      .map(({ target: at, options, fsType, root }) => ({ at, options, fsType, root }))
      .sort((a, b) => a.at.localeCompare(b.at)),
    paths: host.paths.filter((path) => path.includes('/lun')),
    iscsi: host.leftovers,
    disk: { content, fileSystemBytes },
  };
}

export type LunState = Awaited<ReturnType<typeof lunStateOf>>;
