import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { buildOwnImage, type OwnImage } from '../../scripts/image/own-image.ts';
import { ATTACHER_VERSION } from './build/attacher.ts';
import { ensureImages } from './build/images.ts';
import { VERSIONS } from './build/kubernetes.ts';
import { SNAPSHOTTER_VERSION } from './build/snapshotter.ts';
import { Containerd } from './image/containerd.ts';

const BUILD_MS = 15 * 60_000;
const LIBRARIES = '/usr/lib';
/** What glusterd alone loads, and a program of xfsprogs that only an administrator calls: see the Dockerfile. */
const INCOMPLETE = /\/xlator\/mgmt\/glusterd\.so$/;
/** Nothing of these may be in the image: what installs, what was needed only to build, and traces of a build. */
const ABSENT = [
  // Each node has its own.
  '/etc/iscsi/initiatorname.iscsi',
  '/etc/ssl/certs/ca-certificates.crt',
  '/root/.cache',
  '/root/.npm',
  '/root/.npmrc',
  '/run/secrets',
  '/src',
  '/usr/bin/gcc',
  '/usr/bin/python3',
  '/usr/local/bin/npm',
  '/usr/local/etc/npmrc',
  '/usr/local/lib/node_modules',
  '/usr/share/man',
  '/var/cache/apt',
];

describe('the image', function () {
  this.timeout(BUILD_MS);
  const containerd = new Containerd();
  let image: OwnImage;
  let entrypoint: readonly string[];

  before(async () => {
    image = await buildOwnImage('test');
    entrypoint = image.config.Entrypoint ?? [];
    await containerd.start();
    containerd.import(image.archive);
  });
  after(() => containerd.stop());

  const run = (...argv: readonly string[]) => containerd.run(image.name, ...argv);

  it('says what it is', () => {
    const { Labels = {}, User, Env } = image.config;
    expect(Labels).to.include({
      'org.opencontainers.image.title': 'gluster-csi',
      'org.opencontainers.image.version': 'test',
      'org.opencontainers.image.licenses': JSON.parse(read('package.json')).license,
      'org.opencontainers.image.base.name': 'docker.io/library/debian:bookworm-slim',
    });
    expect(Labels['org.opencontainers.image.revision']).to.match(/^([0-9a-f]{40}(-dirty)?|unknown)$/);
    expect(Labels['org.opencontainers.image.description']).to.be.a('string').and.not.equal('');
    expect(User).to.equal('65532:65532');
    expect(Env).to.include('MALLOC_TRIM_THRESHOLD_=131072');
  });

  for (const role of ['controller', 'node', 'mounter', 'gateway', 'mount-bricks']) {
    it(`knows the role ${role}, and refuses its flags in words`, () => {
      const { exitCode, output } = run(...entrypoint, role, '--no-such-flag=1');
      expect(output).to.match(/^gluster-csi: .*no-such-flag/m);
      expect(exitCode).to.equal(2);
    });
  }

  it('runs a role of the bundle as its user on a read-only root, up to its missing configuration', () => {
    const argv = ['controller', '--endpoint=unix:///run/csi.sock', '--config=/etc/gluster-csi/clusters.yaml'];
    const { exitCode, output } = run(...entrypoint, ...argv);
    expect(output).to.include('/etc/gluster-csi/clusters.yaml');
    expect(exitCode).to.equal(2);
    expect(run('id', '-u').output.trim()).to.equal('65532');
    expect(run('touch', '/usr/lib/gluster-csi/x').output).to.include('Read-only file system');
  });

  it('has the version of Node that is tested', () => {
    expect(run('/usr/local/bin/node', '--version').output.trim()).to.equal(process.version);
  });

  it('has the programs that mounting and attaching take', () => {
    const programs: readonly (readonly [string, ...string[]])[] = [
      ['glusterfs', '--version'],
      ['mount', '--version'],
      ['umount', '--version'],
      ['losetup', '--version'],
      ['stat', '--version'],
      ['mkfs.xfs', '-V'],
      ['mkfs.ext4', '-V'],
      ['xfs_growfs', '-V'],
      ['e2fsck', '-V'],
      ['blkid', '--version'],
      ['dd', '--version'],
      ['iscsiadm', '--version'],
      ['iscsid', '--version'],
      ['nsenter', '--version'],
      ['tini', '--version'],
    ];
    const failed = programs.filter(([name, ...args]) => run(name, ...args).exitCode !== 0);
    expect(failed).to.deep.equal([]);
    // It has no option for its version, and tells it with its usage.
    expect(run('resize2fs').output).to.match(/^resize2fs \d.*\n(?:.*\n)*Usage: resize2fs /m);
    for (const name of ['remount', 'in-cgroup']) {
      expect(run(`/usr/libexec/gluster-csi/${name}`).exitCode, name).to.equal(2);
    }
  });

  it('lacks no library of a Gluster client', () => {
    const listed = run('find', LIBRARIES, '-path', '*/glusterfs/*', '-name', '*.so')
      .output.trim()
      .split('\n');
    const objects = listed.filter((file) => !INCOMPLETE.test(file));
    expect(objects).to.satisfy((files: string[]) => files.some((file) => file.endsWith('/mount/fuse.so')));
    const { output } = run(
      'ldd',
      '/usr/sbin/glusterfs',
      '/usr/sbin/mkfs.xfs',
      '/usr/sbin/xfs_growfs',
      '/usr/sbin/mkfs.ext4',
      '/usr/sbin/e2fsck',
      '/usr/sbin/resize2fs',
      '/usr/sbin/iscsiadm',
      '/usr/sbin/iscsid',
      ...objects,
    );
    expect(output).to.include('libglusterfs.so');
    expect(output.split('\n').filter((line) => line.includes('not found'))).to.deep.equal([]);
  });

  it('holds nothing that only building takes', () => {
    const { output } = run('ls', '--directory', '--', ...ABSENT);
    const there = output.split('\n').filter((line) => line.startsWith('/'));
    expect(there).to.deep.equal([]);
    expect(run('ls', '/var/lib/apt/lists', '/var/cache/debconf').output).to.not.match(/\.(dat|InRelease)/);
  });

  it('is another image under another tag, of the same layers', async () => {
    const other = await buildOwnImage('test-2');
    containerd.import(other.archive);
    const ids = containerd.images();
    expect(other.layers).to.deep.equal(image.layers);
    expect(ids.get(other.name)).to.match(/^sha256:/);
    expect(ids.get(other.name)).to.not.equal(ids.get(image.name));
    const { Labels } = other.config;
    expect(Labels?.['org.opencontainers.image.version']).to.equal('test-2');
  });
});

describe('the images of the cluster', function () {
  this.timeout(BUILD_MS);
  const containerd = new Containerd();
  before(() => containerd.start());
  after(() => containerd.stop());

  it('are imported under their upstream names, and run', async () => {
    for (const { archive } of await ensureImages()) containerd.import(archive);
    const names = [...containerd.images().keys()];
    const programs: readonly (readonly [RegExp, string, string])[] = [
      [/\/csi-provisioner:/, '/csi-provisioner --version', VERSIONS.provisioner],
      [/\/csi-resizer:/, '/csi-resizer --version', VERSIONS.resizer],
      [/\/csi-attacher:/, '/csi-attacher --version', ATTACHER_VERSION],
      [/\/csi-snapshotter:/, '/csi-snapshotter --version', SNAPSHOTTER_VERSION],
      [/\/snapshot-controller:/, '/snapshot-controller --version', SNAPSHOTTER_VERSION],
      [/\/agnhost:/, '/agnhost --help', 'netexec'],
      [/\/pause:/, '/pause -v', 'pause.c'],
    ];
    for (const [pattern, argv, word] of programs) {
      const name = names.find((each) => pattern.test(each)) ?? '';
      expect(containerd.run(name, ...argv.split(' ')).output, argv).to.include(word);
    }
    const busybox = names.find((each) => each.includes('/busybox:')) ?? '';
    expect(containerd.run(busybox, 'sh', '-c', 'echo $((6 * 7))').output.trim()).to.equal('42');
  });
});

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}
