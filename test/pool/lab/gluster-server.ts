import { type Disk, releaseDisk } from './disk.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import { until } from './until.ts';

/** Where a server's disks are mounted: the root of its devices. */
export const DEVICE_ROOT = '/srv/gluster';

/** The check for geo-replication, which starts a Python at every `gluster`, fails at once with this. */
export const QUICK_GLUSTER = { PYTHONHOME: '/nonexistent' } as const;

/** A storage server: a machine with disks and glusterd. */
export class GlusterServer {
  readonly machine: Machine;
  readonly disks: readonly Disk[];
  readonly #network: Network;

  constructor(machine: Machine, disks: readonly Disk[], network: Network) {
    this.machine = machine;
    this.disks = disks;
    this.#network = network;
  }

  get name(): string {
    return this.machine.name;
  }

  /** The mount points of its disks: devices for the gateway. */
  get devices(): readonly string[] {
    return this.disks.map((_, index) => `${DEVICE_ROOT}/disk${index + 1}`);
  }

  /** Boots the machine with its disks mounted, without glusterd: what comes between is the caller's. */
  async boot(): Promise<void> {
    await this.machine.boot();
    await this.machine.must(['mount', '-t', 'tmpfs', 'tmpfs', '/srv']);
    await this.machine.must(['mkdir', '-p', DEVICE_ROOT, ...this.devices]);
    for (const [index, device] of this.devices.entries())
      await this.machine.must(['mount', '-t', 'xfs', this.disks[index]?.device ?? '', device]);
  }

  async startGlusterd(): Promise<void> {
    await this.machine.must(['glusterd', '-p', '/run/glusterd.pid']);
    await until(`glusterd on ${this.name}`, async () => {
      const { exitCode } = await this.gluster(['pool', 'list']);
      return exitCode === 0;
    });
  }

  /** Runs the gluster command in script mode, whatever it exits with. */
  gluster(args: readonly string[]) {
    return this.machine.exec(['gluster', '--mode=script', ...args], { env: QUICK_GLUSTER });
  }

  /** Runs the gluster command in script mode. Throws unless it exits with 0; resolves with its stdout. */
  mustGluster(args: readonly string[]): Promise<string> {
    return this.machine.must(['gluster', '--mode=script', ...args], { env: QUICK_GLUSTER });
  }

  /** Every process is killed at once, every mount and loop device of the server is gone; its disks keep what they have. */
  async powerCut(): Promise<void> {
    await this.machine.powerCut();
    for (const disk of this.disks) await releaseDisk(disk);
  }

  cutNetwork(): Promise<void> {
    return this.#network.cut(this.name);
  }

  restoreNetwork(): Promise<void> {
    return this.#network.restore(this.name);
  }
}
