import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Lab } from './lab/lab.ts';
import { processesIn, startTimeOf } from './lab/processes.ts';
import { stateFolderOf } from './lab/state-folder.ts';
import { sweep } from './lab/sweep.ts';
import { namespacesOf, tracesOf } from './lab/traces.ts';
import { untilWhole } from './lab/trusted-pool.ts';
import { until } from './lab/until.ts';

const NOTHING = { folder: false, processes: 0, mounts: 0, loops: 0, cgroups: 0 };
const NAME = 'lab-test';

describe('the lab', () => {
  const folder = stateFolderOf(NAME);
  let child: ChildProcess | undefined;

  afterEach(async () => {
    child?.kill('SIGKILL');
    await sweep(folder);
  });

  it('is a trusted pool with workers, and leaves nothing', async () => {
    const lab = await Lab.up({ name: NAME, disksPerServer: 1 });
    const namespaces = await namespacesOf(folder);
    const pool = await lab.server(3).mustGluster(['pool', 'list']);
    expect(pool)
      .to.match(/\bg1\b.*Connected/)
      .and.match(/\bg2\b.*Connected/);
    expect((await lab.worker(2).must(['hostname'])).trim()).to.equal('w2');
    expect((await tracesOf(folder, namespaces)).loops).to.equal(3);
    await lab.down();
    expect(await tracesOf(folder, namespaces)).to.deep.equal(NOTHING);
  });

  it('keeps a server’s disk over a power cut, and the pool takes the server back', async () => {
    await using lab = await Lab.up({ name: NAME, workers: 0, disksPerServer: 1 });
    const server = lab.server(2);
    await server.machine.must(['cp', '--', '/etc/hostname', '/srv/gluster/disk1/kept']);
    await server.machine.must(['sync', '-f', '/srv/gluster/disk1']);
    await server.powerCut();
    await until('g2 missed', async () =>
      (await lab.server(1).mustGluster(['pool', 'list'])).includes('Disconnected'),
    );
    await server.boot();
    expect(await server.machine.must(['ls', '/srv/gluster/disk1'])).to.equal('kept\n');
    await server.startGlusterd();
    await untilWhole(lab.server(1), 3);
  });

  it('cuts and restores a server’s network', async () => {
    await using lab = await Lab.up({ name: NAME, servers: 1, workers: 1, disksPerServer: 1 });
    const reach = () => lab.worker(1).exec(['timeout', '2', 'bash', '-c', 'exec 3<>/dev/tcp/g1/24007']);
    expect((await reach()).exitCode).to.equal(0);
    await lab.server(1).cutNetwork();
    expect((await reach()).exitCode).not.to.equal(0);
    await lab.server(1).restoreNetwork();
    await until('g1 reached again', async () => (await reach()).exitCode === 0);
  });

  it('is taken down by the next one after kill -9, with what its machines had mounted', async () => {
    child = await startChild();
    const namespaces = await namespacesOf(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = processesIn(namespaces).map((pid) => ({ pid, startTime: startTimeOf(pid) }));
    expect(left.length).to.be.above(0);
    expect((await tracesOf(folder, namespaces)).loops).to.equal(2);
    await using lab = await Lab.up({ name: NAME, servers: 1, workers: 0, disksPerServer: 1 });
    // Not by their namespaces: the kernel may have given those numbers to the new lab.
    expect(left.filter(({ pid, startTime }) => startTimeOf(pid) === startTime)).to.deep.equal([]);
    await lab.down();
    expect(await tracesOf(folder, namespaces)).to.deep.equal(NOTHING);
  });

  it('takes itself down when it is interrupted', async () => {
    child = await startChild();
    const namespaces = await namespacesOf(folder);
    child.kill('SIGTERM');
    const [, signal] = await once(child, 'exit');
    expect(signal).to.equal('SIGTERM');
    expect(await tracesOf(folder, namespaces)).to.deep.equal(NOTHING);
  });

  it('refuses a name that a living process uses', async () => {
    child = await startChild();
    const refusal = await Lab.up({ name: NAME, servers: 1 }).then(
      () => 'was brought up',
      (error: Error) => error.message,
    );
    expect(refusal).to.match(/in use by process \d+/);
    expect((await tracesOf(folder, await namespacesOf(folder))).folder).to.equal(true);
  });
});

async function startChild(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('lab/up-and-wait.ts', import.meta.url));
  const child = spawn(process.execPath, [script, NAME], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await Promise.race([
    once(child.stdout ?? child, 'data').then(([data]) => String(data)),
    once(child, 'exit').then(() => 'ended'),
  ]);
  expect(said).to.equal('up\n');
  return child;
}
