import type { GlusterServer } from './gluster-server.ts';
import type { Lab } from './lab.ts';
import { attachedLoops, loopsOver } from './loops.ts';

/** The folders of a device that carry our mark, and are empty when nothing is there. */
const FOLDERS = ['bricks', 'snapshots', 'making', 'trash'];

/**
 * Everything that volumes and snapshots have left on the servers that are up: volumes, directories, images, mounts
 * and loop devices, one line each. Empty when no volume exists and nothing of a former one does.
 */
export async function leftovers(lab: Lab): Promise<readonly string[]> {
  const up = lab.servers.filter(({ machine }) => machine.isUp);
  const found = await Promise.all(up.map((server) => ofServer(server)));
  return found.flat();
}

async function ofServer(server: GlusterServer): Promise<readonly string[]> {
  const [volumes, files, loops, mounts] = await Promise.all([
    volumesOf(server),
    filesOf(server),
    loopsOf(server),
    mountsOf(server),
  ]);
  return [...volumes, ...files, ...loops, ...mounts].map((line) => `${server.name}: ${line}`);
}

async function volumesOf(server: GlusterServer): Promise<readonly string[]> {
  const text = await server.mustGluster(['volume', 'list']);
  return lines(text)
    .filter((line) => line !== 'No volumes present in cluster')
    .map((name) => `volume ${name}`);
}

async function filesOf(server: GlusterServer): Promise<readonly string[]> {
  const folders = server.devices.flatMap((device) => FOLDERS.map((folder) => `${device}/${folder}`));
  const { stdout } = await server.machine.exec(['find', ...folders, '-mindepth', '1', '-maxdepth', '1']);
  return lines(stdout);
}

async function loopsOf(server: GlusterServer): Promise<readonly string[]> {
  const loops = await attachedLoops();
  const own = new Set(server.disks.map(({ device }) => device));
  return server.disks
    .flatMap(({ image }) => loopsOver(image, loops))
    .filter(({ device }) => !own.has(device))
    .map(({ device, file }) => `${device} over ${file}`);
}

async function mountsOf(server: GlusterServer): Promise<readonly string[]> {
  const text = await server.machine.must(['findmnt', '--raw', '--noheadings', '--output', 'TARGET']);
  return lines(text).filter((target) => server.devices.some((device) => target.startsWith(`${device}/`)));
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
