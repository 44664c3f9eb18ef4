import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import { untilWhole } from './lab/trusted-pool.ts';
import { until } from './lab/until.ts';
import { untilHealed } from './lab/until-healed.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;
const UNCERTAIN = ['UNAVAILABLE', 'ABORTED', 'DEADLINE_EXCEEDED'];

describe('servers that fail', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });
  afterEach(async () => {
    for (const [index, server] of deployment.lab.servers.entries()) {
      if (!server.machine.isUp) await deployment.bootServer(index + 1);
    }
    for (const server of deployment.lab.servers) await untilWhole(server, 3);
  });

  it('one down: pods go on, volumes that need it are refused by its name, others are served', async () => {
    const { lab } = deployment;
    const mounted = await CsiVolume.create(deployment, { name: 'goes-on', bytes: BYTES });
    const target = await mounted.mount(1);
    await lab.server(3).powerCut();
    await lab.worker(1).must(['dd', 'if=/dev/zero', `of=${target}/file`, 'bs=1M', 'count=16', 'conv=fsync']);

    const refused = await failureOf(CsiVolume.create(deployment, { name: 'needs-three', bytes: BYTES }));
    expect(refused.message).to.match(/\bg3\b/);
    expect([...UNCERTAIN, 'RESOURCE_EXHAUSTED']).to.include(refused.code);
    const single = await CsiVolume.create(deployment, {
      name: 'needs-one',
      bytes: BYTES,
      parameters: { replica: '1' },
    });
    await single.mount(2);
    await single.unmount(2);
    // glusterd itself deletes nothing while a server is down: the volume is left as it is.
    const kept = await failureOf(single.delete());
    expect(kept.code).to.equal('UNAVAILABLE');
    expect(kept.message).to.match(/\bg3\b/);
    expect(await lab.server(1).mustGluster(['volume', 'info', single.glusterName])).to.match(
      /Status: Started/,
    );

    await deployment.bootServer(3);
    for (const server of lab.servers) await untilWhole(server, 3);
    await single.delete();
    await untilHealed(lab.server(1), mounted.glusterName, 3);
    await mounted.unmount(1);
    await mounted.delete();
    await expectNothingLeft(lab);
  });

  it('all rebooted: bricks are mounted before glusterd, and the data is there', async () => {
    const { lab } = deployment;
    const volume = await CsiVolume.create(deployment, { name: 'rebooted', bytes: BYTES });
    const target = await volume.mount(1);
    await lab.worker(1).must(['dd', 'if=/dev/zero', `of=${target}/file`, 'bs=1M', 'count=16', 'conv=fsync']);
    await volume.unmount(1);
    for (const server of lab.servers) await server.powerCut();
    await Promise.all(lab.servers.map((_, index) => deployment.bootServer(index + 1)));
    for (const server of lab.servers) await untilWhole(server, 3);
    await untilOnline(deployment, volume.glusterName);
    const again = await volume.mount(2);
    expect((await lab.worker(2).must(['stat', '--format=%s', `${again}/file`])).trim()).to.equal('16777216');
    await volume.unmount(2);
    await volume.delete();
    await expectNothingLeft(lab);
  });

  it('the gateway alone started again: what is down of its server comes back', async () => {
    const { lab } = deployment;
    const volume = await CsiVolume.create(deployment, { name: 'restarted', bytes: BYTES });
    const server = lab.server(2);
    const brick = (
      await server.machine.must(['findmnt', '--raw', '--noheadings', '--output', 'TARGET', '--types', 'xfs'])
    )
      .split('\n')
      .find((path) => path.includes(`/bricks/${volume.glusterName}.`));
    expect(brick).to.be.a('string');
    await deployment.gateway(2).kill();
    await server.machine.must(['pkill', '-KILL', '-x', 'glusterfsd']);
    await server.machine.must(['umount', brick ?? '']);
    await deployment.gateway(2).start();
    await untilOnline(deployment, volume.glusterName);
    await volume.delete();
    await expectNothingLeft(lab);
  });
});

async function untilOnline(deployment: Deployment, volume: string): Promise<void> {
  const server = deployment.lab.server(1);
  await until(
    `all bricks of ${volume} online`,
    async () => {
      const { stdout } = await server.gluster(['volume', 'status', volume, 'detail']);
      return stdout.split('\n').filter((line) => /^Online\s*:\s*Y/.test(line)).length === 3;
    },
    { everyMs: 200 },
  );
}
