import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { toBackend } from '../../src/glusterd2/backend.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;

describe('the same thing asked for many times at once', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });
  afterEach(async () => {
    await expectNothingLeft(deployment.lab);
  });

  it('is done once, for every RPC: the rest succeed or are asked to retry', async () => {
    const { lab } = deployment;
    const request = { name: 'duplicated', bytes: BYTES };
    const volumes = await allAtOnce(() => CsiVolume.create(deployment, request));
    const [volume] = volumes;
    expect(new Set(volumes.map(({ id }) => id)).size).to.equal(1);
    if (volume === undefined) throw new Error('no create succeeded');
    await allAtOnce(() => volume.stage(1));
    await allAtOnce(() => volume.publish(1));
    const mounts = await lab.worker(1).must(['findmnt', '--raw', '--noheadings', '--output', 'TARGET']);
    expect(mounts.split('\n').filter((target) => target === volume.targetPath(1))).to.have.length(1);
    expect(await allAtOnce(() => volume.expand(BYTES + 64n * MIB))).to.include(BYTES + 64n * MIB);
    await allAtOnce(() => volume.unpublish(1));
    await allAtOnce(() => volume.unstage(1));
    await untilDeleted(volume);
  });

  it('through two gateways at once makes one volume, and neither undoes the other’s bricks', async () => {
    const call = () => ({ id: 'test', signal: AbortSignal.timeout(60_000) });
    const name = parseVolumeName('two-gateways');
    const spec = {
      name,
      csiName: 'two-gateways',
      capacityBytes: BYTES,
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'loop',
      zones: [],
      options: {},
    } as const;
    const backends = await Promise.all(
      [1, 2, 3].map(async (server) => toBackend(await deployment.restClient(server))),
    );
    // They may all stand in each other's way and be told to retry, as a provisioner then does: not in step.
    const results = await Promise.all(
      backends.map((backend, index) =>
        retried(() => backend.create(spec, { 'csi-name': 'two-gateways' }, call()), 300 * (index + 1)),
      ),
    );
    expect(results.toSorted()).to.deep.equal(['created', 'exists', 'exists']);
    const [backend] = backends;
    await backend?.start(name, call());
    expect((await backend?.find(name, call()))?.state).to.equal('Started');
    await backend?.delete(name, call());
  });

  it('many volumes at once are all made, and all deleted', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `many-${i}`);
    const volumes = await Promise.all(
      names.map((name) => CsiVolume.create(deployment, { name, bytes: BYTES })),
    );
    expect(new Set(volumes.map(({ id }) => id)).size).to.equal(names.length);
    await Promise.all(volumes.map((volume) => volume.delete()));
  });
});

/** Again while it is refused as busy, for at most 30 tries. */
async function retried<T>(ask: () => Promise<T>, pauseMs: number): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isFault(error, 'busy') || tries === 30) throw error;
      await sleep(pauseMs);
    }
  }
}

/** Five at once; those refused as busy do not count, anything else that fails does. */
async function allAtOnce<T>(act: () => Promise<T>): Promise<readonly T[]> {
  const results = await Promise.allSettled(Array.from({ length: 5 }, act));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  expect(failures.filter((text) => !text.includes('ABORTED'))).to.deep.equal([]);
  const done = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(done).not.to.have.length(0);
  return done;
}

async function untilDeleted(volume: CsiVolume): Promise<void> {
  await until('deleted', async () => {
    const results = await Promise.allSettled([volume.delete(), volume.delete(), volume.delete()]);
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [String(result.reason)] : [],
    );
    expect(reasons.filter((text) => !/ABORTED|FAILED_PRECONDITION/.test(text))).to.deep.equal([]);
    return reasons.length < results.length;
  });
}
