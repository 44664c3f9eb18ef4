import type { VolumeCapability } from '../../../src/grpc/generated/csi/v1/VolumeCapability.ts';
import type { CsiClient } from './csi-client.ts';
import type { AccessMode } from './csi-volume.ts';
import type { Deployment } from './deployment.ts';

export interface BlockRequest {
  readonly name: string;
  readonly bytes: bigint;
  /** What its pods get. */
  readonly content: 'xfs' | 'ext4' | 'raw';
  readonly mode?: AccessMode;
  /** Default: a hosting volume that is small. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The id of what it begins with. */
  readonly source?: { readonly snapshot: string } | { readonly volume: string };
}

/** A block volume as Kubernetes handles it: attached by the controller, staged and published by the nodes. */
export class CsiBlockVolume {
  readonly id: string;
  readonly request: BlockRequest;
  readonly #deployment: Deployment;
  readonly #contexts = new Map<number, Record<string, string>>();

  private constructor(deployment: Deployment, request: BlockRequest, id: string) {
    this.#deployment = deployment;
    this.request = request;
    this.id = id;
  }

  static async create(deployment: Deployment, request: BlockRequest): Promise<CsiBlockVolume> {
    const { volume } = await deployment.block.controller.controller.CreateVolume({
      name: request.name,
      capacityRange: { requiredBytes: String(request.bytes) },
      volumeCapabilities: [toCapability(request)],
      parameters: { kind: 'virtblock', ...(request.parameters ?? { hostingVolumeSize: '2Gi' }) },
      ...(request.source === undefined ? {} : { volumeContentSource: toSource(request.source) }),
    });
    if (volume === null) throw new Error('CreateVolume answered without a volume');
    return new CsiBlockVolume(deployment, request, volume.volumeId);
  }

  /** The same volume as others have it. */
  as(mode: AccessMode): CsiBlockVolume {
    return new CsiBlockVolume(this.#deployment, { ...this.request, mode }, this.id);
  }

  get hosting(): string {
    return this.id.slice(this.id.lastIndexOf(':') + 1).split('/')[0] ?? '';
  }

  stagingPath(worker: number): string {
    return `${this.#folder(worker)}/staging/${this.request.name}`;
  }

  targetPath(worker: number, pod = 'pod'): string {
    return `${this.#folder(worker)}/pods/${pod}/${this.request.name}/mount`;
  }

  async nodeId(worker: number): Promise<string> {
    return (await this.#node(worker).node.NodeGetInfo({})).nodeId;
  }

  async attach(worker: number): Promise<void> {
    const reply = await this.#deployment.block.controller.controller.ControllerPublishVolume({
      volumeId: this.id,
      nodeId: await this.nodeId(worker),
      volumeCapability: toCapability(this.request),
    });
    this.#contexts.set(worker, reply.publishContext);
  }

  async detach(worker: number): Promise<void> {
    const nodeId = await this.nodeId(worker);
    await this.#deployment.block.controller.controller.ControllerUnpublishVolume({
      volumeId: this.id,
      nodeId,
    });
  }

  async stage(worker: number): Promise<void> {
    await this.#deployment.lab.worker(worker).must(['mkdir', '-p', this.stagingPath(worker)]);
    await this.#node(worker).node.NodeStageVolume({
      volumeId: this.id,
      stagingTargetPath: this.stagingPath(worker),
      volumeCapability: toCapability(this.request),
      publishContext: this.#contexts.get(worker) ?? {},
    });
  }

  /** Resolves with the target. */
  async publish(worker: number, pod?: string): Promise<string> {
    const targetPath = this.targetPath(worker, pod);
    await this.#deployment.lab
      .worker(worker)
      .must(['mkdir', '-p', targetPath.slice(0, targetPath.lastIndexOf('/'))]);
    await this.#node(worker).node.NodePublishVolume({
      volumeId: this.id,
      stagingTargetPath: this.stagingPath(worker),
      targetPath,
      volumeCapability: toCapability(this.request),
      publishContext: this.#contexts.get(worker) ?? {},
    });
    return targetPath;
  }

  async unpublish(worker: number, pod?: string): Promise<void> {
    const targetPath = this.targetPath(worker, pod);
    await this.#node(worker).node.NodeUnpublishVolume({ volumeId: this.id, targetPath });
  }

  async unstage(worker: number): Promise<void> {
    const stagingTargetPath = this.stagingPath(worker);
    await this.#node(worker).node.NodeUnstageVolume({ volumeId: this.id, stagingTargetPath });
  }

  /** From nothing to a pod's path. */
  async mount(worker: number): Promise<string> {
    await this.attach(worker);
    await this.stage(worker);
    return this.publish(worker);
  }

  async unmount(worker: number): Promise<void> {
    await this.unpublish(worker);
    await this.unstage(worker);
    await this.detach(worker);
  }

  /** Controller and node; resolves with the bytes of the device. */
  async expand(worker: number, bytes: bigint): Promise<bigint> {
    const capacityRange = { requiredBytes: String(bytes) };
    await this.#deployment.block.controller.controller.ControllerExpandVolume({
      volumeId: this.id,
      capacityRange,
    });
    const { capacityBytes } = await this.#node(worker).node.NodeExpandVolume({
      volumeId: this.id,
      volumePath: this.targetPath(worker),
      stagingTargetPath: this.stagingPath(worker),
      capacityRange,
      volumeCapability: toCapability(this.request),
    });
    return BigInt(capacityBytes);
  }

  async totalBytes(worker: number): Promise<bigint> {
    const { usage } = await this.#node(worker).node.NodeGetVolumeStats({
      volumeId: this.id,
      volumePath: this.targetPath(worker),
    });
    return BigInt(usage.find(({ unit }) => unit === 'BYTES')?.total ?? 0);
  }

  async delete(): Promise<void> {
    await this.#deployment.block.controller.controller.DeleteVolume({ volumeId: this.id });
  }

  #node(worker: number): CsiClient {
    const client = this.#deployment.block.nodes[worker - 1];
    if (client === undefined) throw new Error(`there is no worker ${worker}`);
    return client;
  }

  #folder(worker: number): string {
    return `${this.#deployment.lab.worker(worker).folder}/kubelet`;
  }
}

function toSource(source: NonNullable<BlockRequest['source']>) {
  return 'snapshot' in source
    ? { snapshot: { snapshotId: source.snapshot } }
    : { volume: { volumeId: source.volume } };
}

function toCapability({ content, mode }: BlockRequest): VolumeCapability {
  const accessMode = { mode: mode ?? 'SINGLE_NODE_WRITER' };
  if (content === 'raw') return { accessType: 'block', block: {}, accessMode };
  return { accessType: 'mount', mount: { fsType: content }, accessMode };
}
