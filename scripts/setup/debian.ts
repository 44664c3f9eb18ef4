import { execFileSync } from 'node:child_process';

/** What the pool, the gateway and the mounts of the tests and the demo are made of. */
const PACKAGES = [
  'attr',
  'glusterfs-client',
  'glusterfs-server',
  'iproute2',
  'mount',
  'openssl',
  'procps',
  'util-linux',
  'xfsprogs',
] as const;

/** What the images and the Kubernetes cluster of the end-to-end tests need besides. */
const CLUSTER_PACKAGES = [
  'buildah',
  'busybox-static',
  'containerd',
  'containernetworking-plugins',
  'dnsmasq-base',
  'gcc',
  'libc6-dev',
  'mmdebstrap',
  'runc',
] as const;

/** The guest kernel, and what its tests need besides. */
const GUEST_PACKAGES = [
  'busybox-static',
  'dbus',
  'gcc',
  'kmod',
  'libc6-dev',
  'lvm2',
  'multipath-tools',
  'open-iscsi',
  'targetcli-fb',
  'thin-provisioning-tools',
  'udev',
  'user-mode-linux',
] as const;

/** What volumes are loaded with by `npm run bench -- block`. */
const BENCH_PACKAGES = ['fio', 'git', 'postgresql-15'] as const;

if (import.meta.main) {
  try {
    ensureDebianPackages(PACKAGES);
  } catch (error) {
    console.error(`set-up: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

/** All that this project installs from Debian but for the end-to-end tests and the guest kernel, for those who prepare a machine by hand. */
export function debianPackages(): readonly string[] {
  return PACKAGES;
}

/** The packages of the end-to-end tests alone, which add to the others. */
export function clusterPackages(): readonly string[] {
  return CLUSTER_PACKAGES;
}

/** The packages of the tests in a guest kernel alone, which add to the others. */
export function guestPackages(): readonly string[] {
  return GUEST_PACKAGES;
}

/** The packages of the bench of block volumes alone, which add to the others. */
export function benchPackages(): readonly string[] {
  return BENCH_PACKAGES;
}

/**
 * Installs those of the packages that are missing; those that are there stay as they are, so that a running
 * glusterd is not restarted (Debian's package neither enables nor starts one when it is new). Throws an Error
 * that names the missing packages when it cannot.
 */
export function ensureDebianPackages(packages: readonly string[] = PACKAGES): void {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const names = missing.join(' ');
  if (process.getuid?.() !== 0) {
    throw new Error(`these Debian packages are missing: ${names}; as root: apt-get install ${names}`);
  }
  console.log(`set-up: installing Debian packages: ${names}`);
  try {
    apt('update');
    apt('install', '--yes', '--no-install-recommends', '--no-upgrade', ...missing);
  } catch (error) {
    throw new Error(`these Debian packages are missing and apt-get cannot install them: ${names}`, {
      cause: error,
    });
  }
}

/** The installed version of a package; throws an Error when it is not there. */
export function debianVersion(name: string): string {
  return execFileSync('dpkg-query', ['--show', '--showformat', `\${Version}`, name], { encoding: 'utf8' });
}

function isInstalled(name: string): boolean {
  try {
    const status = execFileSync('dpkg-query', ['--show', '--showformat', `\${db:Status-Status}`, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return status === 'installed';
  } catch {
    return false;
  }
}

function apt(...args: readonly string[]): void {
  execFileSync('apt-get', ['--quiet=2', '--option=Dpkg::Use-Pty=0', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
