import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { blockNodeServices } from '../../src/csi/block-node/block-node-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import type { VolumeCapability } from '../../src/grpc/generated/csi/v1/VolumeCapability.ts';
import { serve } from '../../src/grpc/server.ts';
import { MemoryBlockHost } from '../fakes/memory-block-host.ts';
import type { MemoryDisk } from '../fakes/memory-disk.ts';
import { MemoryIscsiHost } from '../fakes/memory-iscsi-host.ts';
import { MemoryTargets } from '../fakes/memory-targets.ts';
import { errorOf } from './controller-harness.ts';
import { type Mode, type Names, type Reply, type Request, unary } from './node-harness.ts';

export const ID = 'gl1:virtblock:east:h1/one';
export const OTHER_ID = 'gl1:virtblock:east:h1/two';
export const STAGING = '/kubelet/staging/one';
export const TARGET = '/kubelet/pods/a/one/mount';
export const TARGET_2 = '/kubelet/pods/b/one/mount';
export const GIB = 1024n ** 3n;

export interface BlockNodeHarness extends AsyncDisposable {
  readonly host: MemoryBlockHost;
  /** What the volume of `ID` is. */
  readonly disk: MemoryDisk;
  /** Calls an RPC; rejects with grpc's ServiceError. The deadline is in milliseconds. */
  rpc<Name extends Names>(name: Name, request: Request<Name>, deadlineMs?: number): Promise<Reply<Name>>;
  stage(change?: Request<'NodeStageVolume'>): Promise<Reply<'NodeStageVolume'>>;
  publish(change?: Request<'NodePublishVolume'>): Promise<Reply<'NodePublishVolume'>>;
  unpublish(change?: Request<'NodeUnpublishVolume'>): Promise<Reply<'NodeUnpublishVolume'>>;
  unstage(change?: Request<'NodeUnstageVolume'>): Promise<Reply<'NodeUnstageVolume'>>;
}

export const WRITER = mountedAs();
export const RAW: VolumeCapability = { block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } };

export const good = {
  stage: { volumeId: ID, stagingTargetPath: STAGING, volumeCapability: WRITER },
  publish: { volumeId: ID, stagingTargetPath: STAGING, targetPath: TARGET, volumeCapability: WRITER },
  unpublish: { volumeId: ID, targetPath: TARGET },
  unstage: { volumeId: ID, stagingTargetPath: STAGING },
} satisfies Record<string, Request<'NodePublishVolume'>>;

export function mountedAs(
  change: { readonly mode?: Mode; readonly fsType?: string; readonly mountFlags?: string[] } = {},
): VolumeCapability {
  const { mode = 'SINGLE_NODE_WRITER', ...mount } = change;
  return { mount, accessMode: { mode } };
}

/** The block driver's node service on a socket of its own, over a machine in memory. */
export async function startBlockNode(maxVolumes = 0): Promise<BlockNodeHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-rpc-'));
  const endpoint = `unix://${folder}/csi.sock`;
  const host = new MemoryBlockHost(['h1']);
  const disk = host.addDisk('h1', 'one', GIB);
  host.addDisk('h1', 'two', GIB);
  const services = blockNodeServices({
    host,
    clusters: [{ name: 'east', servers: ['g1', 'g2', 'g3'] }],
    iscsi: new MemoryIscsiHost(new MemoryTargets()),
    nodeName: 'node-1',
    addresses: async () => ['10.0.0.5', 'fd00::5'],
    maxVolumes,
    driverName: 'block.csi.gluster.org',
    version: '0.0.0-test',
  });
  const server = await serve({ endpoint, services });
  const client = new csi.Node(endpoint, credentials.createInsecure());
  const rpc: BlockNodeHarness['rpc'] = (name, request, deadlineMs = 20_000) =>
    unary(client, name, request, Date.now() + deadlineMs);
  return {
    host,
    disk,
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

/** What there is on the machine, without what differs from one run to the next. */
export async function blockStateOf({ host, disk }: BlockNodeHarness): Promise<object> {
  const mounts = await host.mounts();
  return {
    mounts: mounts
      .map(({ target, options, fsType, root }) => ({ target, options, fsType, root }))
      .sort((a, b) => a.target.localeCompare(b.target)),
    paths: host.paths.filter((path) => path.includes('/one')),
    clients: host.clients,
    devices: host.devices,
    disk: { content: disk.content, isMarked: disk.isMarked, formatted: disk.formatted },
  };
}

/** Expects the work to fail with this code and words of its message. */
export async function fails(work: Promise<unknown>, code: status, words: RegExp): Promise<void> {
  const error = await errorOf(work);
  expect({ code: status[error.code], details: error.details }).to.deep.include({ code: status[code] });
  expect(error.details).to.match(words);
}
