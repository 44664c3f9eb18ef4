import { expect } from 'chai';
import { askWorker } from './ask-worker.ts';
import { GlusterWorld } from './gluster-world.ts';

describe('the mount namespaces of a machine', () => {
  let world: GlusterWorld;
  before(async function () {
    this.timeout(120_000);
    world = await GlusterWorld.up({ name: 'spaces' });
  });
  after(() => world[Symbol.asyncDispose]());
  afterEach(() => world.clear());

  const list = (before: readonly string[] = []) => askWorker(world.worker, 'listNamespaces', [], before);

  it('are each listed once, PID 1’s first', async () => {
    const one = await world.startContainer([]);
    const two = await world.startContainer([]);
    await world.worker.must([
      'nsenter',
      '-t',
      String(two.pid),
      '-m',
      'sh',
      '-c',
      'sleep 200 >/dev/null 2>&1 &',
    ]);
    const seen = await list(['unshare', '--mount', '--fork']);
    expect(new Set(seen.map(({ namespace }) => namespace)).size).to.equal(seen.length);
    expect(seen[0]).to.include({ pid: 1, isInit: true, isOwn: false });
    expect(seen.slice(1).map(({ isInit }) => isInit)).to.not.include(true);
    expect(seen.filter(({ isOwn }) => isOwn).length).to.equal(1);
    for (const { pid } of [one, two]) {
      const namespace = (await world.worker.must(['readlink', `/proc/${pid}/ns/mnt`])).trim();
      expect(seen.map((found) => found.namespace)).to.include(namespace);
    }
    expect(seen.length).to.equal(4);
  });

  it('are named by a process that sees all of them', async () => {
    const container = await world.startContainer(
      ['mkdir -p /srv/jail; mount --bind / /srv/jail; sleep 300 >/dev/null 2>&1 & true'],
      { exec: 'chroot /srv/jail' },
    );
    const found = (await list()).find(({ isInit }) => !isInit);
    expect(found?.pid).to.be.greaterThan(container.pid);
    expect((await world.mountsOf(found?.pid ?? 0)).map(({ target }) => target)).to.include('/srv/jail');
  });

  it('are listed while hundreds of processes come and go', async () => {
    const churn =
      'for n in $(seq 150); do unshare --mount true & sh -c "true & exec sleep 0.05" & done; wait';
    const churning = world.worker.must(['sh', '-c', churn]);
    const counts = await askWorker(world.worker, 'listNamespacesOften', [30]);
    await churning;
    expect(counts.length).to.equal(30);
    expect(Math.min(...counts)).to.be.at.least(1);
    expect((await list()).length).to.equal(1);
  });

  it('tell whether PID 1 is the node’s', async () => {
    expect(await askWorker(world.worker, 'hasHostPids', [], ['unshare', '--mount', '--fork'])).to.equal(true);
    const isolated = ['unshare', '--mount', '--pid', '--mount-proc', '--fork'];
    expect(await askWorker(world.worker, 'hasHostPids', [], isolated)).to.equal(false);
  });

  it('have no mounts once their last process is gone', async () => {
    const container = await world.startContainer([]);
    await container.stop();
    await world.worker.exec(['sh', '-c', 'while kill -0 "$0"; do sleep 0.05; done', String(container.pid)]);
    expect(await askWorker(world.worker, 'readMountsOf', [container.pid])).to.equal(undefined);
  });
});
