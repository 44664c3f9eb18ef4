import { existsSync } from 'node:fs';

/** One file of each Debian package that nodes and control plane need beside those of the lab. */
const PACKAGES: Readonly<Record<string, string>> = {
  '/usr/bin/containerd': 'containerd',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  '/usr/sbin/runc': 'runc',
  '/usr/sbin/dnsmasq': 'dnsmasq-base',
};

/** Throws an Error that names the Debian packages that are missing. */
export function checkRequirements(): void {
  const missing = Object.keys(PACKAGES).filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  const names = missing.map((file) => PACKAGES[file]).join(' ');
  throw new Error(`the cluster's nodes need more programs; as root: apt-get install -y ${names}`);
}
