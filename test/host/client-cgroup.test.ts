import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { faultOf } from '../contract/backend.ts';
import { until } from '../pool/lab/until.ts';
import { clientsOf } from '../pool/lab/worker-host.ts';
import { askWorker } from './ask-worker.ts';
import { GlusterWorld } from './gluster-world.ts';

const ROOT = '/sys/fs/cgroup';

describe('a client in a cgroup of its own', () => {
  let world: GlusterWorld;
  let program: string;
  before(async function () {
    this.timeout(120_000);
    program = await ensureNative('in-cgroup');
    world = await GlusterWorld.up({ name: 'cgroups', workerExtras: { hasOwnCgroups: true } });
  });
  after(() => world[Symbol.asyncDispose]());
  afterEach(async () => {
    await world.clear();
    await until('no group is left', async () => {
      await removeEmpty([]);
      return (await groups()).length === 0;
    });
  });

  const prepare = (id: string, directory = ROOT) =>
    askWorker(world.worker, 'prepareCgroup', [{ directory, program }, id]);
  const removeEmpty = (inUse: readonly string[], directory = ROOT) =>
    askWorker(world.worker, 'removeEmptyCgroups', [{ directory, program }, inUse]);
  /** The ids of all groups that are there, in any hierarchy. */
  const groups = async () => {
    const { stdout } = await world.worker.exec([
      ...['find', ROOT, '-path', '*/gluster-csi/*', '-type', 'd', '-printf', '%f\n'],
    ]);
    return [...new Set(stdout.split('\n').filter((line) => line !== ''))];
  };
  /** The groups of a process, one of each hierarchy, as its node sees them. */
  const groupsOf = async (pid: string) =>
    (await world.worker.must(['cat', `/proc/${pid}/cgroup`]))
      .trim()
      .split('\n')
      .map((line) => line.split(':')[2]);
  /** Puts a shell into a cgroup namespace and group of its own, as a pod's, and runs the argv there. */
  const inPod = (name: string, argv: readonly string[]) => {
    const enter = `for group in ${ROOT}/*/; do mkdir -p $group/${name};
      for file in cpuset.cpus cpuset.mems; do
        if [ -e $group/$file ]; then cat $group/$file > $group/${name}/$file; fi
      done; echo $$ > $group/${name}/cgroup.procs; done; exec unshare --cgroup "$@"`;
    return ['sh', '-ec', enter, 'sh', ...argv];
  };

  it('is born there in every hierarchy, and outlives its pod', async () => {
    const id = randomUUID();
    const prefix = await prepare(id);
    expect(prefix.at(-1)).to.equal('--');
    await world.startClient('/srv/held', inPod('pod', prefix));
    const [client = ''] = await clientsOf(world.worker);
    const pid = client.split(' ')[0] ?? '';
    const all = await groupsOf(pid);
    expect(all.length).to.be.greaterThan(5);
    expect(new Set(all)).to.deep.equal(new Set([`/gluster-csi/${id}`]));
    const threads = (await world.worker.must(['sh', '-c', `cat /proc/${pid}/task/*/cgroup`]))
      .trim()
      .split('\n');
    expect(threads.filter((line) => !line.endsWith(`/gluster-csi/${id}`))).to.deep.equal([]);

    await world.worker.must(inPod('pod', ['sh', '-c', 'sleep 300 >/dev/null 2>&1 &']));
    const inside = await world.worker.must(['sh', '-c', `cat ${ROOT}/memory/pod/cgroup.procs`]);
    expect(inside.trim().split('\n')).to.not.include(pid);
    await world.worker.must(['sh', '-c', `kill -KILL $(sort -u ${ROOT}/*/pod/cgroup.procs)`]);
    await world.worker.must(['ls', '/srv/held']);
  });

  it('is alone in it, also where there is only cgroup v2', async () => {
    const directory = `${ROOT}/unified`;
    const [one, two] = [randomUUID(), randomUUID()];
    for (const id of [one, two]) {
      const [file = '', ...args] = await prepare(id, directory);
      await world.worker.must([file, ...args, 'sh', '-c', 'sleep 300 >/dev/null 2>&1 &']);
    }
    for (const id of [one, two]) {
      const procs = (await world.worker.must(['cat', `${directory}/gluster-csi/${id}/cgroup.procs`])).trim();
      expect(procs).to.match(/^\d+$/);
      await world.worker.must(['kill', '-KILL', procs]);
    }
  });

  it('is not started when it cannot be there', async () => {
    const [file = '', ...args] = await prepare(randomUUID());
    const wrong = args.map((arg) => arg.replace(`${ROOT}/memory/gluster-csi/`, `${ROOT}/memory/no-such/`));
    const { exitCode, stdout, stderr } = await world.worker.exec([file, ...wrong, 'echo', 'started']);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 125, stdout: '' });
    expect(stderr).to.match(/^in-cgroup: \S*\/memory\/no-such\/\S+: No such file or directory\n$/);
    expect((await world.worker.exec([file, ...args, 'no-such-program'])).exitCode).to.equal(125);
    expect((await world.worker.exec([file, ...args])).exitCode).to.equal(2);
  });

  it('leaves a group that is removed once it is empty, and not while it is in use', async () => {
    const [running, ended, prepared] = [randomUUID(), randomUUID(), randomUUID()];
    await world.startClient('/srv/running', await prepare(running));
    await prepare(ended);
    await prepare(prepared);
    await prepare(prepared);
    expect(await removeEmpty([prepared])).to.deep.equal([ended]);
    expect((await groups()).sort()).to.deep.equal([running, prepared].sort());
    expect(await removeEmpty([prepared])).to.deep.equal([]);
    await world.startClient('/srv/prepared', await prepare(prepared));
    expect(await removeEmpty([])).to.deep.equal([]);
    await world.killClient('/srv/running');
    await until('its group is empty', async () => (await removeEmpty([])).includes(running));
    expect(await groups()).to.deep.equal([prepared]);
  });

  it('is refused with a remedy where the tree cannot be written, or is none', async () => {
    await world.worker.must([
      'sh',
      '-ec',
      `mkdir -p /srv/readonly /srv/none; mount --rbind ${ROOT} /srv/readonly; mount --make-rprivate /srv/readonly;
      for at in $(findmnt -R -n -l -o TARGET /srv/readonly); do mount -o remount,bind,ro $at; done`,
    ]);
    const remedy = /mount the node’s \/sys\/fs\/cgroup there, writable, into a privileged container$/;
    const readonly = await faultOf('wrong-state', prepare('one', '/srv/readonly'));
    expect(readonly.message)
      .to.match(/^cgroups in \/srv\/readonly cannot be changed \(EROFS\)/)
      .and.match(remedy);
    for (const directory of ['/srv/none', '/srv/missing']) {
      const { message } = await faultOf('wrong-state', prepare('one', directory));
      expect(message).to.include(directory).and.match(remedy);
    }
    for (const id of ['', '..', 'a/b', '.', 'x'.repeat(129)]) await faultOf('invalid', prepare(id));
  });
});
