import { readFile, rm } from 'node:fs/promises';
import { parseMountinfo, readMounts } from '../../../src/host/mountinfo.ts';
import { cgroupOf, removeCgroups } from './cgroups.ts';
import { command } from './command.ts';
import { attachedLoops, detachLoops } from './loops.ts';
import { kill, processesIn } from './processes.ts';
import { until } from './until.ts';

/** An interrupted test ends its lab by the signal and by its own clean-up at once: both wait for one sweep. */
const underWay = new Map<string, Promise<void>>();

/**
 * Takes down whatever a lab left: its processes, cgroups, mounts, loop devices, namespaces and its folder. Needs no
 * record of them, so it works after any crash: each network namespace of a lab is held by a mount below the
 * lab's folder, and a process is the lab's if and only if it lives in one of them. Nothing there is success.
 */
export function sweep(folder: string): Promise<void> {
  const running = underWay.get(folder) ?? sweepOnce(folder).finally(() => underWay.delete(folder));
  underWay.set(folder, running);
  return running;
}

async function sweepOnce(folder: string): Promise<void> {
  const below = await mountsBelow(folder);
  const namespaces = new Set(below.filter((mount) => mount.fsType === 'nsfs').map((mount) => mount.root));
  const disks = await loopsOnVolumes(namespaces);
  await killAll(folder, namespaces);
  await removeCgroups(cgroupOf(folder));
  for (const mount of below.toReversed()) await command(['umount', mount.target]);
  await detachLoops(folder, disks);
  const left = await mountsBelow(folder);
  if (left.length > 0) throw new Error(`${left[0]?.target} is still mounted; ${folder} is left as it is`);
  await rm(folder, { recursive: true, force: true });
}

async function killAll(folder: string, namespaces: ReadonlySet<string>): Promise<void> {
  await until(`processes of ${folder} ended`, () => {
    const pids = processesIn(namespaces);
    for (const pid of pids) kill(pid);
    return pids.length === 0;
  });
}

/** Those of block volumes. Once their clients are dead nothing tells any more what they were made of. */
async function loopsOnVolumes(namespaces: ReadonlySet<string>): Promise<readonly string[]> {
  const volumes = new Set<string>();
  for (const pid of processesIn(namespaces)) {
    const text = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
    const mounts = parseMountinfo(text).filter(({ fsType }) => fsType === 'fuse.glusterfs');
    for (const { device } of mounts) volumes.add(device);
  }
  // What the real machine has mounted it shows to all.
  for (const { device } of await readMounts()) volumes.delete(device);
  return (await attachedLoops())
    .filter(({ fileDevice }) => volumes.has(fileDevice))
    .map(({ device }) => device);
}

async function mountsBelow(folder: string) {
  return (await readMounts()).filter((mount) => mount.target.startsWith(`${folder}/`));
}
