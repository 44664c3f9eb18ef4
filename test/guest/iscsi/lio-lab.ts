import type { LioVolumeInfo } from '../../../src/glusterd2/lio-wire.ts';
import { findClients } from '../../../src/host/client-process.ts';
import { command } from '../../pool/lab/command.ts';
import { Gateways } from '../../pool/lab/gateways.ts';
import type { GlusterServer } from '../../pool/lab/gluster-server.ts';
import { Lab } from '../../pool/lab/lab.ts';
import { configureNetwork } from '../../pool/lab/network.ts';
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
  readonly api: LioApi;

  private constructor(lab: Lab, gateways: Gateways, initiator: Initiator, api: LioApi) {
    this.lab = lab;
    this.gateways = gateways;
    this.initiator = initiator;
    this.api = api;
  }

  static async up(): Promise<LioLab> {
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

  async down(): Promise<void> {
    await this.initiator.stop();
    await this.gateways.close();
    await this.lab.down();
  }

  /** Which server exports it: 1, 2, … */
  exporterOf({ portals: [portal = ''] }: LioVolumeInfo): number {
    const address = portal.slice(0, portal.lastIndexOf(':'));
    const name = this.lab.members.find((member) => member.address === address)?.name;
    return this.lab.servers.findIndex((server) => server.name === name) + 1;
  }

  /** The process of the one client that exports have on a server. */
  async clientOf(server: number): Promise<number> {
    const targets = (await mountsOf(this.lab.server(server))).filter((one) => one.startsWith(`${EXPORTS}/`));
    const [pid] = await findClients(new Set(targets));
    if (pid === undefined) throw new Error(`g${server} has no client of an export`);
    return pid;
  }

  /** What exports have left on the servers and in the kernel. */
  async leftovers(): Promise<readonly string[]> {
    const mounts = await Promise.all(this.lab.servers.map(mountsOf));
    const places = ['/sys/kernel/config/target/core', '/sys/kernel/config/target/iscsi', '/dev/mapper'];
    const found = await command(['find', ...places, '-name', '*gluster-csi*']);
    const loops = await command(['losetup', '--list', '--noheadings', '--output', 'BACK-FILE']);
    return [
      ...mounts.flat().filter((target) => target.startsWith(`${EXPORTS}/`)),
      ...found.stdout.split('\n').filter((path) => path !== ''),
      ...loops.stdout.split('\n').filter((file) => file.includes('/exports/') || file.startsWith('/disk')),
    ];
  }
}

async function mountsOf({ machine }: GlusterServer): Promise<readonly string[]> {
  const listed = await machine.must(['findmnt', '--raw', '--noheadings', '--output', 'TARGET']);
  return listed.split('\n');
}
