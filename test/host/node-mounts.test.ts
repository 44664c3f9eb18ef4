import { expect } from 'chai';
import type { StagingContext } from '../../src/staging/node-volume.ts';
import { publishInline } from '../../src/staging/publish-inline.ts';
import { type PublishRequest, publishVolume } from '../../src/staging/publish-volume.ts';
import { stageVolume } from '../../src/staging/stage-volume.ts';
import { unpublishVolume } from '../../src/staging/unpublish-volume.ts';
import { unstageVolume } from '../../src/staging/unstage-volume.ts';
import { call, faultOf } from '../contract/backend.ts';
import type { RemoteHost } from '../contract/host-remote.ts';
import { listensOn } from '../pool/lab/program.ts';
import { Service } from '../pool/lab/service.ts';
import { until } from '../pool/lab/until.ts';
import {
  clientsOf,
  signalClient,
  upWorkerLab,
  WORK_FOLDER,
  type WorkerLab,
} from '../pool/lab/worker-host.ts';

const volume = { id: 'gl1:volume:pool:one', cluster: 'pool', name: 'one' };
const stagingPath = `${WORK_FOLDER}/staging/globalmount`;
const target = `${WORK_FOLDER}/pods/a/mount`;
/** Takes connections as glusterd does and never says a word: a client that asks there waits for long. */
const MUTE = 'require("node:net").createServer(() => {}).listen(24007)';

describe('the node’s verbs on a real machine', () => {
  let lab: WorkerLab;
  let remote: RemoteHost;
  let context: StagingContext;
  const contextOf = ({ host }: RemoteHost, servers = lab.servers): StagingContext => ({
    host,
    clusters: [{ name: 'pool', servers }],
    maxVolumes: 0,
  });
  before(async function () {
    this.timeout(120_000);
    lab = await upWorkerLab();
    remote = lab.newHost();
    context = contextOf(remote);
  });
  after(async () => {
    await remote[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
  });
  afterEach('nothing is left', async () => {
    await unpublish();
    await unstage();
    expect(await mountsHere()).to.deep.equal([]);
    await until('all clients ended', async () => (await clientsOf(lab.worker)).length === 0);
  });

  const stage = (options: readonly string[] = []) =>
    stageVolume(context, { volume, stagingPath, options }, call());
  const publish = (change: Partial<PublishRequest> = {}) => {
    const request = { volume, stagingPath, target, readonly: false, options: [], singleWriter: false };
    return publishVolume(context, { ...request, ...change }, call());
  };
  const unpublish = () => unpublishVolume(context, { volume, target }, call());
  const unstage = () => unstageVolume(context, { volume, stagingPath }, call());
  const mountsHere = async () =>
    (await context.host.mounts()).filter((mount) => mount.target.startsWith(WORK_FOLDER));
  const write = (path: string) => lab.worker.must(['sh', '-c', 'echo written > "$0"', path]);

  it('stage and publish what can be written, and take it away', async () => {
    await stage();
    await publish();
    await write(`${target}/file`);
    expect(await lab.worker.must(['cat', `${stagingPath}/file`])).to.equal('written\n');
    await unpublish();
    expect(await context.host.probe(target, call())).to.equal('absent');
  });

  it('take dead mounts away, and mount anew', async () => {
    await stage();
    await publish();
    await signalClient(lab.worker, stagingPath, 'KILL');
    await faultOf('unreachable', publish({ target: `${target}2` }));
    await unpublish();
    await unstage();
    expect(await mountsHere()).to.deep.equal([]);
    await stage();
    await publish();
    await write(`${target}/file`);
  });

  it('replace a dead mount at the staging path and a dead bind at the target', async () => {
    await stage();
    await publish();
    await signalClient(lab.worker, stagingPath, 'KILL');
    await stage();
    await publish();
    await write(`${target}/file`);
    expect((await mountsHere()).length).to.equal(2);
  });

  it('unmount nothing while bricks hang, and go on when they answer again', async () => {
    await stage();
    await publish();
    const before = await mountsHere();
    await signalBricks('STOP');
    try {
      await faultOf('timed-out', stage());
      await faultOf('timed-out', publish());
      expect(await mountsHere()).to.deep.equal(before);
    } finally {
      await signalBricks('CONT');
    }
    await stage();
    await write(`${target}/file`);
  });

  it('unpublish under a process that works there', async () => {
    await stage();
    await publish();
    const busy = lab.worker.exec(['sh', '-c', 'cd "$0" && exec sleep 3', target]);
    await until('a process works there', async () => {
      const { stdout } = await lab.worker.exec(['sh', '-c', 'readlink /proc/[0-9]*/cwd']);
      return stdout.split('\n').includes(target);
    });
    await unpublish();
    expect(await context.host.probe(target, call())).to.equal('absent');
    await busy;
  });

  for (const [what, suspend] of [
    ['whose client hangs', (signal: string) => signalClient(lab.worker, stagingPath, signal)],
    ['whose bricks hang', signalBricks],
  ] as const) {
    it(`take mounts away ${what}, under a process that writes there`, async () => {
      await stage(['kernel-writeback-cache=on']);
      await publish();
      await publish({ target: `${target}-2`, readonly: true });
      await write(`${target}/file`);
      const busy = lab.worker.exec(['sh', '-c', 'exec 3>>"$0/file"; while echo x >&3; do :; done', target]);
      await until(
        'it writes',
        async () => Number(await lab.worker.must(['stat', '-c%s', `${target}/file`])) > 9,
      );
      await suspend('STOP');
      try {
        await unpublish();
        await unpublishVolume(context, { volume, target: `${target}-2` }, call());
        await unstage();
        expect(await mountsHere()).to.deep.equal([]);
        expect(await context.host.probe(target, call())).to.equal('absent');
      } finally {
        // The client that nobody mounts any more; then the writer fails.
        const clients = await clientsOf(lab.worker);
        await lab.worker.exec(['kill', '-KILL', ...clients.map((line) => line.split(' ')[0] ?? '')]);
        if (suspend === signalBricks) await suspend('CONT');
        await busy;
      }
    });
  }

  it('take a pod’s own volume away, dead or hung, knowing the mount alone', async () => {
    const inline = { id: `csi-${'0'.repeat(64)}`, isInline: true } as const;
    const asked = { id: inline.id, cluster: 'pool', name: 'one' };
    const rules = [{ namespaces: ['dev'], volumes: ['pool/one'] }];
    const request = { volume: asked, namespace: 'dev', target, options: ['ro'] };
    for (const signal of ['KILL', 'STOP']) {
      await publishInline({ ...context, inline: rules }, request, call());
      await signalClient(lab.worker, target, signal);
      await unpublishVolume(context, { volume: inline, target }, call());
      await unpublishVolume(context, { volume: inline, target }, call());
      expect(await mountsHere()).to.deep.equal([]);
      expect(await context.host.probe(target, call())).to.equal('absent');
      await lab.worker.exec(['pkill', '-KILL', '-x', 'glusterfs']);
    }
  });

  it('have nothing to take away where the target’s parent is gone, or another mount is dead', async () => {
    await stage();
    await publish();
    await signalClient(lab.worker, stagingPath, 'KILL');
    const beside = { ...volume, id: 'gl1:volume:pool:two', name: 'two' };
    await unpublishVolume(context, { volume, target: `${WORK_FOLDER}/gone/b/mount` }, call());
    await unpublishVolume(context, { volume: beside, target }, call());
    expect((await mountsHere()).length).to.equal(2);
    // Over a dead mount lies a live one, as when the mounter has replaced the client: both are the volume's.
    await context.host.mountGluster({ servers: lab.servers, volume: 'one', target, options: [] }, call());
    await unpublish();
    expect(await context.host.probe(target, call())).to.equal('absent');
  });

  it('never show a read-only target as writable', async () => {
    await stage();
    await context.host.makeDirectory(target, call());
    const stop = `${WORK_FOLDER}/stop`;
    // Writes as fast as it can: into the bare directory while nothing is bound, into the volume if ever it may.
    const loop = 'until (-e $ARGV[0]) { open(my $f, ">", $ARGV[1]) }';
    const writer = lab.worker.exec(['perl', '-e', loop, stop, `${target}/intruder`]);
    try {
      // Where binds are writable at first, about one in a hundred is caught.
      for (let n = 0; n < 150; n += 1) {
        await context.host.bind(stagingPath, target, { readonly: true }, call());
        await context.host.unmount(target, call());
      }
    } finally {
      await lab.worker.must(['touch', stop]);
      await writer;
    }
    await lab.worker.must(['rm', '-f', stop, `${target}/intruder`]);
    expect(await lab.worker.must(['ls', stagingPath])).to.not.include('intruder');
  });

  it('leave nothing when the deadline passes during a mount', async () => {
    const mute = await startMute();
    const agent = lab.newHost(1_000);
    const slow = contextOf(agent, [lab.worker.name, ...lab.servers]);
    await context.host.makeDirectory(stagingPath, call());
    try {
      await faultOf('timed-out', stageVolume(slow, { volume, stagingPath, options: [] }, call()));
    } finally {
      await agent[Symbol.asyncDispose]();
      await mute.kill();
    }
    expect(await clientsOf(lab.worker)).to.deep.equal([]);
    expect(await mountsHere()).to.deep.equal([]);
  });

  it('take over what a killed process began: its client is mounted before it has found a server', async () => {
    const mute = await startMute();
    const agent = lab.newHost();
    const slow = contextOf(agent, [lab.worker.name, ...lab.servers]);
    const lost = stageVolume(slow, { volume, stagingPath, options: [] }, call()).catch(() => 'lost');
    try {
      await until('a client waits', async () => (await mountsHere()).length > 0);
      agent.kill();
      expect(await lost).to.equal('lost');
      await faultOf('timed-out', stage());
    } finally {
      await mute.kill();
    }
    await stage();
    await publish();
    await write(`${target}/file`);
    expect((await mountsHere()).length).to.equal(2);
    expect((await clientsOf(lab.worker)).length).to.equal(1);
  });

  async function signalBricks(signal: string): Promise<void> {
    const server = lab.lab.server(1).machine;
    const bricks = (await server.must(['pgrep', '-x', 'glusterfsd'])).trim().split('\n');
    await server.must(['kill', `-${signal}`, ...bricks]);
  }

  async function startMute(): Promise<Service> {
    const argv = [process.execPath, '-e', MUTE];
    const isReady = (pid: number) => listensOn(pid, 24_007);
    const mute = new Service(lab.worker, { name: 'mute', argv, isReady });
    await mute.start();
    return mute;
  }
});
