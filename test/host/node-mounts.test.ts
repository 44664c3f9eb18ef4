import { expect } from 'chai';
import type { StagingContext } from '../../src/staging/node-volume.ts';
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
    await faultOf('wrong-state', publish({ target: `${target}2` }));
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
    const server = lab.lab.server(1).machine;
    const bricks = (await server.must(['pgrep', '-x', 'glusterfsd'])).trim().split('\n');
    await server.must(['kill', '-STOP', ...bricks]);
    try {
      await faultOf('timed-out', stage());
      await faultOf('timed-out', publish());
      expect(await mountsHere()).to.deep.equal(before);
    } finally {
      await server.must(['kill', '-CONT', ...bricks]);
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

  async function startMute(): Promise<Service> {
    const argv = [process.execPath, '-e', MUTE];
    const isReady = (pid: number) => listensOn(pid, 24_007);
    const mute = new Service(lab.worker, { name: 'mute', argv, isReady });
    await mute.start();
    return mute;
  }
});
