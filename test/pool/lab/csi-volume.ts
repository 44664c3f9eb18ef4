import type { VolumeCapability } from '../../../src/grpc/generated/csi/v1/VolumeCapability.ts';
import type { Deployment } from './deployment.ts';

export type AccessMode = NonNullable<NonNullable<VolumeCapability['accessMode']>['mode']>;

export interface VolumeRequest {
  readonly name: string;
  readonly bytes: bigint;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly mode?: AccessMode;
  readonly mountFlags?: readonly string[];
  /** Made of this snapshot. */
  readonly snapshotId?: string;
}

export const MIB = 1024n ** 2n;
export const GIB = 1024n ** 3n;

/** A volume as Kubernetes handles it: made by the controller, staged and published by the nodes' services. */
export class CsiVolume {
  readonly id: string;
  readonly name: string;
  readonly capacityBytes: bigint;
  readonly #deployment: Deployment;
  readonly #context: Readonly<Record<string, string>>;
  readonly #capability: VolumeCapability;

  private constructor(deployment: Deployment, request: VolumeRequest, made: Made) {
    this.id = made.id;
    this.name = request.name;
    this.capacityBytes = made.capacityBytes;
    this.#deployment = deployment;
    this.#context = made.context;
    this.#capability = toCapability(request);
  }

  /** CreateVolume. Rejects with the gRPC error. */
  static async create(deployment: Deployment, request: VolumeRequest): Promise<CsiVolume> {
    const reply = await deployment.controllerClient.controller.CreateVolume(toCreateRequest(request));
    const { volume } = reply;
    if (volume === null) throw new Error('CreateVolume answered without a volume');
    return new CsiVolume(deployment, request, {
      id: volume.volumeId,
      capacityBytes: BigInt(volume.capacityBytes),
      context: volume.volumeContext,
    });
  }

  /** Of a PersistentVolume that somebody made by hand. */
  static byHand(deployment: Deployment, request: VolumeRequest, id: string): CsiVolume {
    return new CsiVolume(deployment, request, { id, capacityBytes: 0n, context: {} });
  }

  /** Gluster's name of it. */
  get glusterName(): string {
    const path = this.id.slice(this.id.lastIndexOf(':') + 1);
    return path.split('/')[0] ?? path;
  }

  stagingPath(worker: number): string {
    return `${this.#deployment.lab.worker(worker).folder}/kubelet/staging/${this.name}`;
  }

  targetPath(worker: number, pod = 'pod'): string {
    return `${this.#deployment.lab.worker(worker).folder}/kubelet/pods/${pod}/${this.name}/mount`;
  }

  async stage(worker: number): Promise<void> {
    await this.#deployment.lab.worker(worker).must(['mkdir', '-p', this.stagingPath(worker)]);
    await this.#deployment.node(worker).node.NodeStageVolume({
      volumeId: this.id,
      stagingTargetPath: this.stagingPath(worker),
      volumeCapability: this.#capability,
      volumeContext: this.#context,
    });
  }

  /** Resolves with the target. */
  async publish(
    worker: number,
    options: { readonly pod?: string; readonly readonly?: boolean; readonly mode?: AccessMode } = {},
  ): Promise<string> {
    const target = this.targetPath(worker, options.pod);
    await this.#deployment.lab.worker(worker).must(['mkdir', '-p', target.slice(0, target.lastIndexOf('/'))]);
    const { mode } = options;
    await this.#deployment.node(worker).node.NodePublishVolume({
      volumeId: this.id,
      stagingTargetPath: this.stagingPath(worker),
      targetPath: target,
      volumeCapability: mode === undefined ? this.#capability : { ...this.#capability, accessMode: { mode } },
      readonly: options.readonly ?? false,
      volumeContext: this.#context,
    });
    return target;
  }

  async unpublish(worker: number, pod?: string): Promise<void> {
    await this.#deployment
      .node(worker)
      .node.NodeUnpublishVolume({ volumeId: this.id, targetPath: this.targetPath(worker, pod) });
  }

  async unstage(worker: number): Promise<void> {
    await this.#deployment
      .node(worker)
      .node.NodeUnstageVolume({ volumeId: this.id, stagingTargetPath: this.stagingPath(worker) });
  }

  /** Stages and publishes; resolves with the target. */
  async mount(worker: number): Promise<string> {
    await this.stage(worker);
    return this.publish(worker);
  }

  async unmount(worker: number): Promise<void> {
    await this.unpublish(worker);
    await this.unstage(worker);
  }

  /** Resolves with the bytes that it has afterwards. */
  async expand(bytes: bigint): Promise<bigint> {
    const reply = await this.#deployment.controllerClient.controller.ControllerExpandVolume({
      volumeId: this.id,
      capacityRange: { requiredBytes: String(bytes) },
      volumeCapability: this.#capability,
    });
    return BigInt(reply.capacityBytes);
  }

  async delete(): Promise<void> {
    await this.#deployment.controllerClient.controller.DeleteVolume({ volumeId: this.id });
  }
}

interface Made {
  readonly id: string;
  readonly capacityBytes: bigint;
  readonly context: Readonly<Record<string, string>>;
}

export function toCreateRequest(
  request: VolumeRequest,
): Parameters<Deployment['controllerClient']['controller']['CreateVolume']>[0] {
  return {
    name: request.name,
    capacityRange: { requiredBytes: String(request.bytes) },
    volumeCapabilities: [toCapability(request)],
    parameters: { cluster: 'pool', ...request.parameters },
    ...(request.snapshotId === undefined
      ? {}
      : { volumeContentSource: { snapshot: { snapshotId: request.snapshotId } } }),
  };
}

export function toCapability({ mode, mountFlags }: Partial<VolumeRequest>): VolumeCapability {
  return {
    accessType: 'mount',
    mount: { mountFlags: [...(mountFlags ?? [])] },
    accessMode: { mode: mode ?? 'MULTI_NODE_MULTI_WRITER' },
  };
}
