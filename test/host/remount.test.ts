import { expect } from 'chai';
import type { Mount } from '../../src/staging/host.ts';
import { until } from '../pool/lab/until.ts';
import type { Container } from './container.ts';
import { GlusterWorld } from './gluster-world.ts';

const OLD = '/srv/old';
const NEW = '/srv/new';
/** A name that needs every escape of mountinfo. */
const ODD = 'odd \t\\ ü name';

describe('a mount of a dead client, replaced in another namespace', () => {
  let world: GlusterWorld;
  let old: Mount;
  before(async function () {
    this.timeout(120_000);
    world = await GlusterWorld.up({ name: 'remount' });
  });
  after(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    old = await world.startClient(OLD);
    await world.worker.must(['mkdir', '-p', `${OLD}/sub/deep`, `${OLD}/${ODD}`]);
    await world.worker.must(['sh', '-c', 'echo kept > "$0"/sub/file', OLD]);
  });
  afterEach(() => world.clear());

  /** The mounts of the old client in the container, but for the client's own. */
  const binds = async ({ pid }: Container) =>
    (await world.mountsOf(pid)).filter(({ device, target }) => device === old.device && target !== OLD);
  const replaceAll = async (container: Container, mode: 'dead' | 'live' = 'dead') => {
    const outcomes = [];
    for (;;) {
      const [mount] = await binds(container);
      if (mount === undefined) return outcomes;
      outcomes.push(await world.remount({ pid: container.pid, mount, source: NEW, mode }));
      if (outcomes.length > 20) throw new Error(`no end of it: ${outcomes.join(' ')}`);
    }
  };
  /** Others come and go, as this machine goes on. */
  const mountsOf = async (container: Container) =>
    (await container.mounts()).filter(({ target }) => target.startsWith('/srv/'));
  const exchange = async () => {
    await world.killClient(OLD);
    return world.startClient(NEW);
  };

  it('is the whole volume, a directory, a file, with flags kept and nothing else changed', async () => {
    const container = await world.startContainer([
      'mkdir -p /srv/all /srv/ro /srv/sub /srv/odd; touch /srv/file',
      `mount --bind ${OLD} /srv/all`,
      `mount --bind ${OLD} /srv/ro; mount -o remount,bind,ro,nosuid,nodev,noatime /srv/ro`,
      `mount --bind ${OLD}/sub /srv/sub; mount -o remount,bind,noexec,strictatime /srv/sub`,
      `mount --bind "$(printf '${OLD}/odd \\t\\\\ ü name')" /srv/odd`,
      `mount --bind ${OLD}/sub/file /srv/file`,
    ]);
    const before = await mountsOf(container);
    const made = await exchange();
    expect(await replaceAll(container)).to.deep.equal(Array(5).fill('replaced'));

    const seen = ({ target, root, options, fsType }: Mount) => ({ target, root, options, fsType });
    const byTarget = (a: Mount, b: Mount) => (a.target < b.target ? -1 : 1);
    const after = await mountsOf(container);
    expect([...after].sort(byTarget).map(seen)).to.deep.equal([...before].sort(byTarget).map(seen));
    for (const name of ['all', 'ro', 'sub', 'odd', 'file'])
      expect((await world.mountAt(container.pid, `/srv/${name}`)).device).to.equal(made.device);
    expect(await container.must(['cat', '/srv/file', '/srv/sub/file', '/srv/ro/sub/file'])).to.equal(
      'kept\n'.repeat(3),
    );
    await container.must(['touch', '/srv/all/written', '/srv/odd/written', '/srv/sub/written']);
    expect((await container.exec(['touch', '/srv/ro/written'])).stderr).to.include('Read-only file system');
    expect(await world.worker.must(['ls', `${NEW}/${ODD}`])).to.equal('written\n');
  });

  it('has names that were asked for while it was dead', async () => {
    const container = await world.startContainer([
      'mkdir -p /srv/deep',
      `mount --bind ${OLD}/sub/deep /srv/deep`,
    ]);
    await world.killClient(OLD);
    const ask = ['sh', '-c', 'for n in 1 2 3; do stat "$0"/sub/deep /srv/deep; sleep 0.5; done', OLD];
    expect((await container.exec(ask)).stderr).to.include('not connected');
    await world.startClient(NEW);
    expect(await replaceAll(container)).to.deep.equal(['replaced']);
    await container.must(['touch', '/srv/deep/written']);
  });

  it('is in a container with a root of its own, or in a process that has changed its root', async () => {
    const lines = (root: string) => [
      `mkdir -p ${root}; mount --rbind / ${root}; mkdir -p ${root}/mnt`,
      `mount --bind ${OLD}/sub ${root}/mnt`,
    ];
    const pivoted = await world.startContainer([
      ...lines('/srv/pivoted'),
      'cd /srv/pivoted; pivot_root . mnt/deep; umount -l mnt/deep',
    ]);
    const changed = await world.startContainer(lines('/srv/changed'), { exec: 'chroot /srv/changed' });
    await exchange();
    for (const container of [pivoted, changed]) {
      const [mount, ...others] = (await binds(container)).filter(({ target }) => target === '/mnt');
      expect(others).to.deep.equal([]);
      if (mount === undefined) throw new Error('the container does not see its mount');
      expect(await world.remount({ pid: container.pid, mount, source: NEW, mode: 'dead' })).to.equal(
        'replaced',
      );
      expect(await container.must(['cat', '/mnt/file'])).to.equal('kept\n');
    }
  });

  it('is replaced once where mounts are shared, in all peers and slaves', async () => {
    await world.worker.must(['mkdir', '-p', '/srv/staged', '/srv/read']);
    await world.worker.must(['mount', '--bind', OLD, '/srv/staged']);
    await world.worker.must(['mount', '--bind', '/srv/staged', '/srv/read']);
    await world.worker.must(['mount', '-o', 'remount,bind,ro', '/srv/read']);
    const peer = await world.startContainer([], { propagation: 'unchanged' });
    const slave = await world.startContainer([], { propagation: 'slave' });
    const made = await exchange();
    for (const target of ['/srv/staged', '/srv/read']) {
      const mount = await world.mountAt(1, target);
      expect(await world.remount({ pid: 1, mount, source: NEW, mode: 'dead' })).to.equal('replaced');
    }
    for (const pid of [1, peer.pid, slave.pid]) {
      const mounts = (await world.mountsOf(pid)).filter(({ target }) =>
        /^\/srv\/(staged|read)$/.test(target),
      );
      expect(mounts.map(({ target, device }) => `${target} ${device}`)).to.deep.equal([
        `/srv/staged ${made.device}`,
        `/srv/read ${made.device}`,
      ]);
      expect(mounts[1]?.options).to.include('ro');
    }
    await peer.must(['touch', '/srv/staged/by-peer']);
    await slave.must(['ls', '/srv/read/by-peer']);
  });

  it('is replaced by a run that follows on a killed one', async () => {
    await world.startClient(NEW);
    const container = await world.startContainer([
      'mkdir -p /srv/all',
      `mount --bind ${OLD} /srv/all`,
      // Step one of two: the new mount lies beneath the old one.
      `perl -e '($new, $at, $none) = @ARGV; $tree = syscall(428, -100, $new, 1);
        syscall(429, $tree, $none, -100, $at, 0x204) == 0 or die $!' ${NEW} /srv/all ""`,
    ]);
    await world.killClient(OLD);
    expect((await container.exec(['ls', '/srv/all'])).stderr).to.include('not connected');
    expect((await mountsOf(container)).filter(({ target }) => target === '/srv/all').length).to.equal(2);
    expect(await replaceAll(container)).to.deep.equal(['replaced']);
    expect((await container.mounts()).filter(({ target }) => target === '/srv/all').length).to.equal(1);
    expect(await container.must(['cat', '/srv/all/sub/file'])).to.equal('kept\n');
  });

  it('lies below the new one on Linux before 6.5, death after death', async () => {
    const container = await world.startContainer([
      'mkdir -p /srv/ro /srv/sub; touch /srv/file',
      `mount --bind ${OLD} /srv/ro; mount -o remount,bind,ro /srv/ro`,
      `mount --bind ${OLD}/sub /srv/sub; mount --bind ${OLD}/sub/file /srv/file`,
    ]);
    await exchange();
    await stackAll(container, NEW);
    await world.killClient(NEW);
    await world.startClient('/srv/third');
    await stackAll(container, '/srv/third');
  });

  async function stackAll(container: Container, source: string): Promise<void> {
    for (const target of ['/srv/ro', '/srv/sub', '/srv/file']) {
      const mount = await world.mountAt(container.pid, target);
      expect(await world.stack({ pid: container.pid, mount, source, mode: 'dead' })).to.equal('stacked');
    }
    expect(await container.must(['cat', '/srv/file', '/srv/sub/file'])).to.equal('kept\nkept\n');
    expect((await container.exec(['touch', '/srv/ro/written'])).stderr).to.include('Read-only file system');
    await container.must(['touch', '/srv/sub/written']);
  }

  it('is swapped alive under a writer, who sees no error', async () => {
    const container = await world.startContainer(['mkdir -p /srv/all', `mount --bind ${OLD} /srv/all`]);
    // One file held open, others opened anew; the first error is the last line.
    const loop = `open(H, ">>", "/srv/all/held") or die; $| = 1; select(H); $| = 1; select(STDOUT);
      for ($n = 1; !-e "/srv/stop"; $n++) {
        print H "$n\\n" or die "held: $!";
        open(F, ">>", "/srv/all/anew") or die "open: $!";
        print F "$n\\n" or die "print: $!"; close(F) or die "close: $!";
      } print $n - 1;`;
    const writer = world.worker.exec(container.argv(['perl', '-e', loop]));
    await until('the writer writes', async () => (await linesOf(OLD, 'anew')) > 20);
    await world.startClient(NEW);
    expect(await replaceAll(container, 'live')).to.deep.equal(['replaced']);
    await world.worker.must(['umount', '--lazy', OLD]);
    const swapped = await linesOf(NEW, 'anew');
    await until('the writer writes on', async () => (await linesOf(NEW, 'anew')) > swapped + 20);
    // The container inherited the old client's own mount, which a pod does not have.
    await container.must(['umount', '--lazy', OLD]);
    expect(await world.hasClient(OLD), 'while a file is held open').to.equal(true);
    await world.worker.must(['touch', '/srv/stop']);
    const { exitCode, stdout, stderr } = await writer;
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    expect(await linesOf(NEW, 'anew')).to.equal(Number(stdout));
    await until('the old client ended with its last user', async () => !(await world.hasClient(OLD)));
    expect(await linesOf(NEW, 'held')).to.equal(Number(stdout));
  });

  async function linesOf(target: string, name: string): Promise<number> {
    const { stdout } = await world.worker.exec(['wc', '-l', `${target}/${name}`]);
    return Number.parseInt(stdout, 10) || 0;
  }

  it('never shows the bare directory, however often it is swapped', async () => {
    await world.startClient(NEW);
    const container = await world.startContainer([
      'mkdir -p /srv/all',
      `mount --bind ${OLD} /srv/all; umount ${OLD} ${NEW}`,
    ]);
    const filesOf = async () => {
      const text = await world.worker.must(['find', OLD, '-maxdepth', '1', '-type', 'f', '-empty']);
      return text.split('\n').filter((line) => line !== '');
    };
    const loop =
      'for ($n = 1; !-e "/srv/swapped"; $n++) { open(F, ">", "/srv/all/$n") or die $!; close(F) } print $n - 1';
    const writer = world.worker.exec(container.argv(['perl', '-e', loop]));
    const swaps = 12;
    await until('the writer writes', async () => (await filesOf()).length > swaps);
    for (let n = 1; n <= swaps; n += 1) {
      const mount = await world.mountAt(container.pid, '/srv/all');
      const args = [container.pid, mount.id, mount.device, n % 2 === 1 ? NEW : OLD, 'live'].map(String);
      expect(await world.worker.must([world.program, ...args])).to.equal('replaced\n');
    }
    await world.worker.must(['touch', '/srv/swapped']);
    const { stdout, stderr } = await writer;
    expect(stderr).to.equal('');
    await container.must(['umount', '--lazy', '/srv/all']);
    expect(await container.must(['ls', '-A', '/srv/all'])).to.equal('');
    const written = await filesOf();
    expect(written.length).to.equal(Number(stdout));
  });

  it('keeps mounts inside it in a live swap', async () => {
    const container = await world.startContainer([
      'mkdir -p /srv/all',
      `mount --bind ${OLD} /srv/all`,
      'mount -t tmpfs cache /srv/all/sub; mkdir /srv/all/sub/inner; echo cached > /srv/all/sub/file',
      'mount -t tmpfs inner /srv/all/sub/inner; echo inner > /srv/all/sub/inner/file',
      `mkdir /srv/all/sub/again; mount --bind ${OLD}/sub /srv/all/sub/again`,
    ]);
    await world.startClient(NEW);
    expect(await replaceAll(container, 'live')).to.deep.equal(['replaced', 'replaced']);
    expect(await container.must(['cat', '/srv/all/sub/file', '/srv/all/sub/inner/file'])).to.equal(
      'cached\ninner\n',
    );
    expect(await container.must(['cat', '/srv/all/sub/again/file'])).to.equal('kept\n');
    expect((await container.mounts()).filter(({ target }) => target.startsWith('/srv/all')).length).to.equal(
      4,
    );
  });
});
