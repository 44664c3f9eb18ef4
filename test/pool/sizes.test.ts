import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import { Lab } from './lab/lab.ts';

const BYTES = 320n * MIB;
const SINGLE = { replica: '1' };

/** One server with a small disk, so that it can really be filled. */
describe('sizes', () => {
  let lab: Lab;
  let deployment: Deployment;
  before(async () => {
    lab = await Lab.up({
      name: 'sizes',
      servers: 1,
      workers: 1,
      disksPerServer: 1,
      diskBytes: 2 * 1024 ** 3,
    });
    deployment = await Deployment.on(lab);
  });
  after(async () => {
    await deployment?.close();
    await lab?.down();
  });

  it('are kept: an overfull device’s volumes each take what they promise and end there, overwritten too', async () => {
    const volumes = await untilExhausted(deployment);
    expect(volumes.length).to.be.above(2);
    for (const volume of volumes) await volume.mount(1);
    for (const round of ['filled', 'overwritten']) {
      for (const volume of volumes) {
        const bytes = await fill(lab, volume);
        expect(bytes >= BYTES, `${volume.name} ${round}: ${bytes}`).to.equal(true);
        expect(bytes < BYTES + BYTES / 4n, `${volume.name} ${round}: ${bytes}`).to.equal(true);
      }
    }
    for (const volume of volumes) {
      await lab.worker(1).must(['rm', `${volume.targetPath(1)}/file`]);
      await lab.worker(1).must(['touch', `${volume.targetPath(1)}/alive`]);
      await volume.unmount(1);
      await volume.delete();
    }
    await expectNothingLeft(lab);
  });

  it('that do not fit are refused, and the answer says how much there is', async () => {
    const { controller } = deployment.controllerClient;
    const capacity = await controller.GetCapacity({ parameters: { cluster: 'pool', ...SINGLE } });
    const available = BigInt(capacity.availableCapacity);
    expect(available > BYTES).to.equal(true);
    const request = { name: 'too-large', bytes: available * 2n, parameters: SINGLE };
    const refused = await failureOf(CsiVolume.create(deployment, request));
    expect(refused.code).to.equal('RESOURCE_EXHAUSTED');
    expect(refused.message).to.match(/largest[^;]* has \d+ bytes/);
    await expectNothingLeft(lab);
  });

  it('asked for in one piece as GetCapacity says are served', async () => {
    const { controller } = deployment.controllerClient;
    const capacity = await controller.GetCapacity({ parameters: { cluster: 'pool', ...SINGLE } });
    const bytes = BigInt(capacity.maximumVolumeSize?.value ?? capacity.availableCapacity);
    const volume = await CsiVolume.create(deployment, { name: 'largest', bytes, parameters: SINGLE });
    const refused = await failureOf(volume.expand(bytes * 2n));
    expect(['RESOURCE_EXHAUSTED', 'OUT_OF_RANGE']).to.include(refused.code);
    await volume.delete();
    await expectNothingLeft(lab);
  });
});

async function untilExhausted(deployment: Deployment): Promise<readonly CsiVolume[]> {
  const volumes: CsiVolume[] = [];
  for (;;) {
    const request = { name: `full-${volumes.length}`, bytes: BYTES, parameters: SINGLE };
    try {
      volumes.push(await CsiVolume.create(deployment, request));
    } catch (error) {
      expect(String(error)).to.match(/RESOURCE_EXHAUSTED/);
      return volumes;
    }
  }
}

/** Writes one file until there is no space, over what it held before. Resolves with its size. */
async function fill(lab: Lab, volume: CsiVolume): Promise<bigint> {
  const worker = lab.worker(1);
  const file = `${volume.targetPath(1)}/file`;
  const ended = await worker.exec(['dd', 'if=/dev/zero', `of=${file}`, 'bs=1M', 'conv=notrunc,fsync']);
  expect(ended.stderr).to.match(/No space left on device/);
  return BigInt((await worker.must(['stat', '--format=%s', file])).trim());
}
