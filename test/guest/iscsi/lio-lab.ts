import { keyOf } from '../../../src/gateway/lio/export-names.ts';
import { MAP_PREFIX } from '../../../src/gateway/lio/exported-disk.ts';
import type { IscsiVolumeInfo } from '../../../src/glusterd2/iscsi-wire.ts';
import { findClients } from '../../../src/host/client-process.ts';
import { findMap, removeMap } from '../../../src/host/device-map.ts';
import { removeBackstore, removeTarget } from '../../../src/host/lio.ts';
import { detachLoop } from '../../../src/host/loop.ts';
import { prepareLio } from '../../../src/host/prepare-lio.ts';
import { command } from '../../pool/lab/command.ts';
import { Gateways } from '../../pool/lab/gateways.ts';
import type { GlusterServer } from '../../pool/lab/gluster-server.ts';
import { Lab } from '../../pool/lab/lab.ts';
import { configureNetwork } from '../../pool/lab/network.ts';
import { PATIENCE } from '../../pool/lab/patience.ts';
import { Initiator } from './initiator.ts';
import { LioApi } from './lio-api.ts';

/** The kernel hands sessions to an iscsid outside of all network namespaces only: the guest itself is the node. */
const OWN_ADDRESS = '10.85.0.250/24';
const EXPORTS = '/run/gluster-csi/exports';

/** Three servers that export disks to the guest. Their targets, maps and loop devices are of one kernel. */
export class LioLab {
  readonly lab: Lab;
  readonly gateways: Gateways;
  readonly initiator: Initiator;
  /** Through server 1; see `use`. */
  api: LioApi;

  private constructor(lab: Lab, gateways: Gateways, initiator: Initiator, api: LioApi) {
    this.lab = lab;
    this.gateways = gateways;
    this.initiator = initiator;
    this.api = api;
  }

  static async up(): Promise<LioLab> {
    // Before the servers' namespaces are made, so that the guest sees what they do.
    await prepareLio({ id: 'test', signal: AbortSignal.timeout(60_000 * PATIENCE) });
    const lab = await Lab.up({ workers: 1, disksPerServer: 1 });
    await configureNetwork(lab.networkOf('bridge'), [
      'link add guest type veth peer name lab0 netns 1',
      'link set guest master br0 up',
    ]);
    await command(['ip', 'addr', 'add', OWN_ADDRESS, 'dev', 'lab0']);
    await command(['ip', 'link', 'set', 'lab0', 'up']);
    const gateways = await Gateways.on(lab);
    return new LioLab(lab, gateways, await Initiator.start(), await LioApi.through(gateways, 1));
  }

  /** Asks this server's gateway from now on. */
  async use(server: number): Promise<void> {
    this.api = await LioApi.through(this.gateways, server);
  }

  async down(): Promise<void> {
    await this.initiator.stop();
    await this.gateways.close();
    await this.lab.down();
    await command(['umount', '/sys/kernel/config']);
  }

  /** Which server exports it: 1, 2, … */
  exporterOf({ portals: [portal = ''] }: IscsiVolumeInfo): number {
    const address = portal.slice(0, portal.lastIndexOf(':'));
    const name = this.lab.members.find((member) => member.address === address)?.name;
    return this.lab.servers.findIndex((server) => server.name === name) + 1;
  }

  /** What LIO has of the export. */
  mapOf({ iqn }: IscsiVolumeInfo): string {
    return `/dev/mapper/${MAP_PREFIX}${keyOf(iqn) ?? ''}`;
  }

  /** The process of the one client that exports have on a server. */
  async clientOf(server: number): Promise<number> {
    const [pid] = await findClients(new Set(await this.mountsOn(server)));
    if (pid === undefined) throw new Error(`g${server} has no client of an export`);
    return pid;
  }

  /** What exports have mounted on a server. */
  async mountsOn(server: number): Promise<readonly string[]> {
    return (await mountsOf(this.lab.server(server))).filter((one) => one.startsWith(`${EXPORTS}/`));
  }

  /** The server whose gateway changes the records of the one hosting volume. */
  async homeServer(): Promise<number> {
    const listed = await this.lab.server(1).mustGluster(['volume', 'info']);
    const name = /^Brick1: (\w+):/m.exec(listed)?.[1];
    return this.lab.servers.findIndex((server) => server.name === name) + 1;
  }

  /** All that a server's kernel and /run forget when it boots, of the export of that name. */
  async forgetExport(server: number, { iqn }: IscsiVolumeInfo): Promise<void> {
    const call = { id: 'test', signal: AbortSignal.timeout(60_000 * PATIENCE) };
    const name = `${MAP_PREFIX}${keyOf(iqn) ?? ''}`;
    const { machine } = this.lab.server(server);
    await this.gateways.service(server).kill();
    process.kill(await this.clientOf(server), 'SIGKILL');
    const below = (await findMap(name))?.below;
    await removeTarget(iqn, call);
    await removeBackstore(name, call);
    await removeMap(name, call);
    if (below !== undefined) await detachLoop(below);
    for (const target of await this.mountsOn(server)) await machine.must(['umount', '--lazy', target]);
    await machine.must(['rm', '--recursive', EXPORTS]);
  }

  /** What exports have left on the servers and in the kernel. */
  async leftovers(): Promise<readonly string[]> {
    const mounts = await Promise.all(this.lab.servers.map((_, index) => this.mountsOn(index + 1)));
    const places = ['/sys/kernel/config/target/core', '/sys/kernel/config/target/iscsi', '/dev/mapper'];
    const found = await command(['find', ...places, '-name', '*gluster-csi*']);
    const loops = await command(['losetup', '--list', '--noheadings', '--output', 'BACK-FILE']);
    return [
      ...mounts.flat(),
      ...found.stdout.split('\n').filter((path) => path !== ''),
      ...loops.stdout.split('\n').filter((file) => file.includes('/exports/') || file.startsWith('/disk')),
    ];
  }
}

async function mountsOf({ machine }: GlusterServer): Promise<readonly string[]> {
  const listed = await machine.must(['findmnt', '--raw', '--noheadings', '--output', 'TARGET']);
  return listed.split('\n');
}
