import { mkdir, rmdir, stat, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import type { Lun } from '../../../src/staging/iscsi/iscsi-host.ts';
import type { ChapTexts } from '../../contract/iscsi-host.ts';
import { command } from '../../pool/lab/command.ts';
import { INITIATOR } from './daemons.ts';

const CONFIGFS = '/sys/kernel/config/target';
const SERIALS = ['9a8e1f5e-7a3b-4c53-8f0d-9d9a2a3b1c77', '1c4d6f10-22b3-4e8a-9c2f-5b7e0d9f3a55'];

/** LIO in the guest's kernel: a file as one disk behind two groups of a target, each with an address of its own. */
export class LioTarget implements AsyncDisposable {
  readonly lun: Lun;
  readonly file: string;
  readonly #device: string;
  readonly #store: string;

  private constructor({
    lun,
    file,
    device,
    store,
  }: { lun: Lun; file: string; device: string; store: string }) {
    this.lun = lun;
    this.file = file;
    this.#device = device;
    this.#store = store;
  }

  /** Nobody is let in yet. */
  static async make(index: 0 | 1, bytes: bigint): Promise<LioTarget> {
    const name = `disk-${index}`;
    const file = `/tmp/lio-${name}.img`;
    await writeFile(file, '');
    await truncate(file, Number(bytes));
    const device = (await command(['losetup', '--find', '--show', file])).stdout.trim();
    const store = `${CONFIGFS}/core/iblock_${index}/${name}`;
    await mkdir(store, { recursive: true });
    await writeFile(`${store}/control`, `udev_path=${device}`);
    await writeFile(`${store}/wwn/vpd_unit_serial`, SERIALS[index] ?? '');
    await writeFile(`${store}/enable`, '1');
    const portals = [1, 2].map((group) => `127.0.${index}.${group}:3260`);
    const lun = { iqn: `iqn.2026-11.org.gluster-csi:${name}`, portals, lun: 0, wwn: SERIALS[index] ?? '' };
    const target = new LioTarget({ lun, file, device, store });
    for (const group of target.#groups) await target.#makeGroup(group);
    return target;
  }

  /** Lets the guest in, with this CHAP or without, or changes how. */
  async admit(chap: ChapTexts | undefined, { readonly = false } = {}): Promise<void> {
    await this.refuse();
    for (const { folder } of this.#groups) {
      const acl = `${folder}/acls/${INITIATOR}`;
      await mkdir(acl);
      await mkdir(`${acl}/lun_0`);
      await symlink(`${folder}/lun/lun_0`, `${acl}/lun_0/disk`);
      await writeFile(`${acl}/lun_0/write_protect`, readonly ? '1' : '0');
      await writeFile(`${folder}/attrib/authentication`, chap === undefined ? '0' : '1');
      const values = {
        userid: chap?.username,
        password: chap?.password,
        userid_mutual: chap?.mutual?.username,
        password_mutual: chap?.mutual?.password,
      };
      for (const [name, value] of Object.entries(values)) {
        if (value !== undefined) await writeFile(`${acl}/auth/${name}`, value);
      }
    }
  }

  /** Shuts the guest out: its sessions end at once. */
  async refuse(): Promise<void> {
    for (const { folder } of this.#groups) {
      const acl = `${folder}/acls/${INITIATOR}`;
      await unlink(`${acl}/lun_0/disk`).catch(() => undefined);
      await rmdir(`${acl}/lun_0`).catch(() => undefined);
      await rmdir(acl).catch(() => undefined);
    }
  }

  /** Whether the portal serves. */
  async setPortal(index: number, isServing: boolean): Promise<void> {
    await writeFile(`${this.#groups[index]?.folder}/enable`, isServing ? '1' : '0');
  }

  async resize(bytes: bigint): Promise<void> {
    await truncate(this.file, Number(bytes));
    await command(['losetup', '--set-capacity', this.#device]);
  }

  /** Nothing but zeros, of the size that it has. */
  async wipe(): Promise<void> {
    const { size } = await stat(this.file);
    for (const bytes of [0, size]) await truncate(this.file, bytes);
  }

  async write(at: bigint, text: string): Promise<void> {
    const args = [`of=${this.file}`, 'oflag=seek_bytes', `seek=${at}`, 'conv=notrunc,fsync', 'status=none'];
    await command(['dd', ...args], { input: text });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuse();
    for (const { folder, portal } of this.#groups) {
      await writeFile(`${folder}/enable`, '0');
      await unlink(`${folder}/lun/lun_0/disk`);
      for (const part of ['lun/lun_0', `np/${portal}`]) await rmdir(`${folder}/${part}`);
      await rmdir(folder);
    }
    await rmdir(`${CONFIGFS}/iscsi/${this.lun.iqn}`);
    await rmdir(this.#store);
    await command(['losetup', '--detach', this.#device]);
    await unlink(this.file);
  }

  get #groups() {
    return this.lun.portals.map((portal, index) => ({
      portal,
      folder: `${CONFIGFS}/iscsi/${this.lun.iqn}/tpgt_${index + 1}`,
    }));
  }

  async #makeGroup({ folder, portal }: { folder: string; portal: string }): Promise<void> {
    await mkdir(folder, { recursive: true });
    await mkdir(`${folder}/lun/lun_0`);
    await symlink(this.#store, `${folder}/lun/lun_0/disk`);
    await mkdir(`${folder}/np/${portal}`);
    for (const name of ['generate_node_acls', 'cache_dynamic_acls']) {
      await writeFile(`${folder}/attrib/${name}`, '0');
    }
    await writeFile(`${folder}/enable`, '1');
  }
}
