import { accessSync, constants } from 'node:fs';

const SBIN = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const PACKAGES: Readonly<Record<string, string>> = {
  attr: 'attr',
  gluster: 'glusterfs-cli',
  glusterd: 'glusterfs-server',
  'mount.glusterfs': 'glusterfs-client',
  'mkfs.xfs': 'xfsprogs',
  ip: 'iproute2',
  losetup: 'mount',
  mount: 'mount',
  nsenter: 'util-linux',
  openssl: 'openssl',
};

/** The lab is the real thing and never skips: throws an Error that names the Debian packages that are missing. */
export function checkRequirements(): void {
  if (process.getuid?.() !== 0)
    throw new Error('the pool runs real GlusterFS servers in namespaces: run this as root');
  const missing = Object.entries(PACKAGES)
    .filter(([program]) => !SBIN.some((folder) => isProgram(`${folder}/${program}`)))
    .map(([, debian]) => debian);
  if (missing.length === 0) return;
  throw new Error(`programs are missing; as root: apt-get install -y ${[...new Set(missing)].join(' ')}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
