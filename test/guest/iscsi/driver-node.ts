import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { IscsiVolumeInfo } from '../../../src/glusterd2/iscsi-wire.ts';
import { createLinuxIscsiHost } from '../../../src/host/linux-iscsi-host.ts';
import type { Chap } from '../../../src/host/lio-acl.ts';
import { command } from '../../pool/lab/command.ts';
import { until } from '../../pool/lab/until.ts';
import { mountedAs } from '../../rpc/block-node-harness.ts';
import { errorOf } from '../../rpc/controller-harness.ts';
import { type NodeClient, serveLuns } from '../../rpc/iscsi-node-harness.ts';
import { startDaemons, stopUdev } from './daemons.ts';
import { nodeLeftovers } from './leftovers.ts';

const LONG_MS = 600_000;
const VOLUME = 'gl1:block:east:lio/h1/driver';
const STAGING = '/tmp/driver-node/staging';
const TARGET = '/tmp/driver-node/pod';

/** The driver's node service on the guest, over its open-iscsi and multipath, with one volume. */
export class DriverNode implements AsyncDisposable {
  readonly #node: NodeClient;
  readonly #secrets: Record<string, string>;
  readonly #written = new Map<string, string>();

  private constructor(node: NodeClient, { username, password, mutual }: Chap) {
    this.#node = node;
    this.#secrets = {
      'node.session.auth.username': username,
      'node.session.auth.password': password,
      'node.session.auth.username_in': mutual?.username ?? '',
      'node.session.auth.password_in': mutual?.password ?? '',
    };
  }

  static async start(chap: Chap): Promise<DriverNode> {
    await startDaemons();
    return new DriverNode(await serveLuns(createLinuxIscsiHost({ iscsid: 'host' })), chap);
  }

  /** As kubelet does with what ControllerPublish has told. */
  async attach(info: IscsiVolumeInfo): Promise<void> {
    const { secrets: _secrets, ...publish } = this.#request(info);
    await this.stage(info);
    await this.#node.rpc('NodePublishVolume', { ...publish, targetPath: TARGET }, LONG_MS);
  }

  stage(info: IscsiVolumeInfo): Promise<unknown> {
    return this.#node.rpc('NodeStageVolume', this.#request(info), LONG_MS);
  }

  /** Again, as long as that is what the answer asks for. */
  async detach(): Promise<void> {
    await this.#node.rpc('NodeUnpublishVolume', { volumeId: VOLUME, targetPath: TARGET }, LONG_MS);
    const unstage = { volumeId: VOLUME, stagingTargetPath: STAGING };
    await until('it is unstaged', async () => {
      const error = await this.#node.rpc('NodeUnstageVolume', unstage, LONG_MS).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) return true;
      const { code } = await errorOf(Promise.reject(error));
      expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).to.include(code);
      return false;
    });
  }

  async expand(bytes: bigint): Promise<void> {
    const capacityRange = { requiredBytes: String(bytes) };
    await this.#node.rpc(
      'NodeExpandVolume',
      { volumeId: VOLUME, volumePath: TARGET, capacityRange },
      LONG_MS,
    );
  }

  /** Four MiB that are on the bricks when this resolves. */
  async write(name: string): Promise<void> {
    const args = ['if=/dev/urandom', `of=${TARGET}/${name}`, 'bs=1M', 'count=4', 'conv=fsync'];
    await command(['dd', ...args, 'status=none'], { timeoutMs: LONG_MS });
    this.#written.set(name, await this.#sumOf(name));
  }

  /** All that was ever written is there. */
  async requireWritten(): Promise<void> {
    expect(this.#written.size).to.be.greaterThan(0);
    for (const [name, sum] of this.#written) expect(await this.#sumOf(name), name).to.equal(sum);
  }

  leftovers(): Promise<readonly string[]> {
    return nodeLeftovers([STAGING, TARGET]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node[Symbol.asyncDispose]();
    await stopUdev();
  }

  async #sumOf(name: string): Promise<string> {
    return (await command(['sha256sum', `${TARGET}/${name}`], { timeoutMs: LONG_MS })).stdout.slice(0, 64);
  }

  #request({ iqn, portals, wwn, size }: IscsiVolumeInfo) {
    const lun = { iqn, portals: portals.join(','), lun: '0', wwn, bytes: String(size) };
    return {
      volumeId: VOLUME,
      stagingTargetPath: STAGING,
      volumeCapability: mountedAs({ fsType: 'ext4' }),
      publishContext: { readonly: 'false', ...lun },
      secrets: this.#secrets,
    };
  }
}
