import type { GlusterServer } from '../pool/lab/gluster-server.ts';
import { QUICK_GLUSTER } from '../pool/lab/gluster-server.ts';
import type { Lab } from '../pool/lab/lab.ts';

/** With or without the check for geo-replication that every `gluster` makes, and that our gateway leaves out. */
export type Manner = 'plain' | 'quick';

const FOLDER = '/srv/gluster/disk1/by-hand';
/** The same file system as a brick of ours has, by the fewest commands. $1 name, $2 bytes. */
const MAKE_BRICK = `set -e; mkdir -p ${FOLDER}/$1; truncate -s $2 ${FOLDER}/$1.img
mkfs.xfs -q -f -m reflink=1 -i size=512 -s size=4096 ${FOLDER}/$1.img
mount -t xfs -o loop,noatime ${FOLDER}/$1.img ${FOLDER}/$1; mkdir ${FOLDER}/$1/brick`;
const REMOVE_BRICK = `set -e; umount ${FOLDER}/$1; rm ${FOLDER}/$1.img; rmdir ${FOLDER}/$1`;
const GROW_BRICK = `set -e; truncate -s $2 ${FOLDER}/$1.img
losetup -c $(findmnt -no SOURCE ${FOLDER}/$1); xfs_growfs -d ${FOLDER}/$1 >/dev/null`;
const MOUNT = `set -e; mkdir -p $2/stage $2/target
mount -t glusterfs -o backup-volfile-servers=g2:g3 g1:/$1 $2/stage; mount --bind $2/stage $2/target`;
const UNMOUNT = 'set -e; umount $2/target; umount $2/stage';

/** What somebody would type to do the work of the RPCs, the bricks of all servers at the same time. */
export interface ByHand {
  create(name: string, bytes: bigint): Promise<void>;
  mount(name: string): Promise<void>;
  unmount(name: string): Promise<void>;
  expand(name: string, bytes: bigint): Promise<void>;
  delete(name: string): Promise<void>;
}

export function byHand(lab: Lab, manner: Manner): ByHand {
  const gluster = async (...args: readonly string[]) => {
    const env = manner === 'quick' ? QUICK_GLUSTER : {};
    await lab.server(1).machine.must(['gluster', '--mode=script', ...args], { env });
  };
  const onAll = (script: string, ...args: readonly string[]) =>
    Promise.all(lab.servers.map((server) => shell(server, script, args)));
  const worker = lab.worker(1);
  const place = (name: string) => `${worker.folder}/by-hand/${name}`;
  const remember = (bytes: bigint) => ['user.gluster-csi', JSON.stringify({ v: 1, capacity: Number(bytes) })];
  return {
    async create(name, bytes) {
      await onAll(MAKE_BRICK, name, String(bytes));
      const bricks = lab.servers.map((server) => `${server.name}:${FOLDER}/${name}/brick`);
      await gluster('volume', 'create', name, 'replica', '3', ...bricks);
      await gluster('volume', 'set', name, 'storage.reserve', '0', ...remember(bytes));
      await gluster('volume', 'start', name);
    },
    async mount(name) {
      await worker.must(['sh', '-c', MOUNT, 'sh', name, place(name)]);
    },
    async unmount(name) {
      await worker.must(['sh', '-c', UNMOUNT, 'sh', name, place(name)]);
    },
    async expand(name, bytes) {
      await onAll(GROW_BRICK, name, String(bytes));
      await gluster('volume', 'set', name, ...remember(bytes));
    },
    async delete(name) {
      await gluster('volume', 'stop', name);
      await gluster('volume', 'delete', name);
      await onAll(REMOVE_BRICK, name);
    },
  };
}

function shell(server: GlusterServer, script: string, args: readonly string[]): Promise<string> {
  return server.machine.must(['sh', '-c', script, 'sh', ...args]);
}
