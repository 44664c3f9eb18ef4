import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Mount } from '../../src/staging/host.ts';
import { faultOf } from '../contract/backend.ts';
import { signalClient } from '../pool/lab/worker-host.ts';
import type { Container } from './container.ts';
import { GlusterWorld } from './gluster-world.ts';

const OLD = '/srv/old';
const NEW = '/srv/new';
/** A name that was asked for in the last second (glusterfs' entry-timeout) the kernel still knows: what lies there is carried over. */
const NAME_MS = 1_200;

describe('a mount in another namespace is left as it is', () => {
  let world: GlusterWorld;
  let container: Container;
  /** The bind of a sub-path. */
  let mount: Mount;
  before(async function () {
    this.timeout(120_000);
    world = await GlusterWorld.up({ name: 'refused' });
  });
  after(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    await world.startClient(OLD);
    await world.worker.must(['mkdir', '-p', `${OLD}/a/sub`]);
    await world.worker.must(['touch', `${OLD}/a/sub/file`, `${OLD}/plain`]);
    container = await world.startContainer([
      'mkdir -p /srv/all /srv/sub; touch /srv/file; mkdir -p /srv/secret/sub; touch /srv/secret/plain',
      `mount --bind ${OLD} /srv/all`,
      `mount --bind ${OLD}/a/sub /srv/sub; mount --bind ${OLD}/plain /srv/file`,
    ]);
    mount = await world.mountAt(container.pid, '/srv/sub');
  });
  afterEach(() => world.clear());

  const remount = (mode: 'dead' | 'live' = 'dead', source = NEW, what = mount) =>
    world.remount({ pid: container.pid, mount: what, source, mode });
  const expectUntouched = async (what = mount) =>
    expect(await world.mountAt(container.pid, what.target)).to.deep.equal(what);
  const inNew = (...lines: readonly string[]) =>
    world.worker.must(['sh', '-ec', ['cd /srv/new', ...lines].join('\n')]);
  const exchange = async () => {
    await world.killClient(OLD);
    await world.startClient(NEW);
  };

  it('when a symbolic link has been planted for its directory', async () => {
    await exchange();
    for (const link of ['/etc', '/srv/secret', '../../../../etc', '..', 'elsewhere']) {
      await inNew('rm -rf a/sub a/elsewhere', 'mkdir a/elsewhere', `ln -s ${link} a/sub`);
      expect(await remount(), link).to.equal('gone');
    }
    await inNew('rm -rf a', 'mkdir -p b/sub', 'ln -s b a');
    expect(await remount(), 'a link on the way').to.equal('gone');
    await expectUntouched();
  });

  it('when a symbolic link has been planted for its file', async () => {
    mount = await world.mountAt(container.pid, '/srv/file');
    await exchange();
    await inNew('rm plain', 'ln -s /etc/shadow plain');
    expect(await remount()).to.equal('gone');
    await expectUntouched();
  });

  it('when its directory has gone, or is a file by now', async () => {
    await exchange();
    await inNew('rm -r a/sub');
    expect(await remount()).to.equal('gone');
    await inNew('touch a/sub');
    expect(await remount()).to.equal('gone');
    await inNew('rm -r a', 'touch a');
    expect(await remount()).to.equal('gone');
    await expectUntouched();
  });

  it('in a live swap, when its name belongs to another directory by now', async () => {
    await world.startClient(NEW);
    await inNew('mv a/sub a/moved', 'mkdir a/sub');
    expect(await remount('live')).to.equal('gone');
    await expectUntouched();
  });

  it('when another mount stands in its place', async () => {
    const all = await world.mountAt(container.pid, '/srv/all');
    await exchange();
    expect(await remount('dead', NEW, { ...mount, device: '0:1' })).to.equal('changed');
    const other = (await world.mountsOf(container.pid)).find(({ fsType }) => fsType === 'tmpfs');
    if (other === undefined) throw new Error('no tmpfs here');
    expect(await remount('dead', NEW, other), 'not of Gluster').to.equal('changed');
    await container.must(['umount', '--lazy', '/srv/sub']);
    expect(await remount(), 'unmounted').to.equal('changed');
    await container.must(['mount', '-t', 'tmpfs', 'tmpfs', '/srv/sub']);
    expect(await remount(), 'another one is there, perhaps of the same id').to.equal('changed');
    await container.must(['mount', '-t', 'tmpfs', 'tmpfs', '/srv/all']);
    expect(await remount('dead', NEW, all), 'covered').to.equal('changed');
    await container.stop();
    expect(await remount('dead', NEW, all), 'the process has ended').to.equal('changed');
  });

  it('when it is alive and was said to be dead', async () => {
    await world.startClient(NEW);
    expect(await remount()).to.equal('alive');
    await expectUntouched();
    await container.must(['touch', '/srv/sub/written']);
  });

  it('when it is slow: that is not dead', async () => {
    await world.startClient(NEW);
    await signalClient(world.worker, OLD, 'STOP');
    try {
      const slow = { pid: container.pid, mount, source: NEW, mode: 'dead' } as const;
      await faultOf('timed-out', world.remount(slow, 1_000));
    } finally {
      await signalClient(world.worker, OLD, 'CONT');
    }
    await expectUntouched();
    await container.must(['touch', '/srv/sub/written']);
  });

  it('when what is to replace it is no mount of a living new client', async () => {
    await world.startClient('/srv/dead');
    await world.killClient('/srv/dead');
    await world.worker.must(['mkdir', '-p', '/srv/bare/a/sub', '/srv/bound']);
    await world.startClient(NEW);
    await world.worker.must(['mount', '--bind', `${NEW}/a`, '/srv/bound']);
    await world.killClient(OLD);
    for (const source of ['/srv/dead', '/srv/bare', '/srv/bound', OLD, '/srv/missing', `${NEW}/a`]) {
      const { message } = await faultOf('unreachable', remount('dead', source));
      expect(message, source).to.match(/^\/srv\/sub cannot be replaced: .*source/);
    }
    await expectUntouched();
  });

  it('when it is dead and others lie inside, which would be lost', async () => {
    const all = await world.mountAt(container.pid, '/srv/all');
    await container.must(['mount', '-t', 'tmpfs', 'tmpfs', '/srv/all/a']);
    await exchange();
    await sleep(NAME_MS);
    const { message } = await faultOf('wrong-state', remount('dead', NEW, all));
    expect(message).to.equal(
      '/srv/all cannot be repaired: other mounts lie inside it and would be lost; restart the pod',
    );
    await expectUntouched(all);
    expect(await remount(), 'the others of the container are repaired').to.equal('replaced');
  });

  it('by a program that is called wrongly, or by one without rights', async () => {
    const { program } = world;
    const right = [String(container.pid), String(mount.id), mount.device, NEW, 'dead'];
    for (const [at, wrong] of [
      [0, '../1'],
      [0, ''],
      [1, '-1'],
      [1, '1 '],
      [3, 'srv/new'],
      [4, 'maybe'],
    ] as const) {
      const args = right.with(at, wrong);
      expect((await world.worker.exec([program, ...args])).exitCode, args.join(' ')).to.equal(2);
    }
    await exchange();
    const nobody = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin', '--'];
    const { exitCode, stderr } = await world.worker.exec([...nobody, program, ...right]);
    expect({ exitCode, stderr }).to.deep.equal({
      exitCode: 1,
      stderr: 'open_tree: Operation not permitted\n',
    });
    await expectUntouched();
  });
});
