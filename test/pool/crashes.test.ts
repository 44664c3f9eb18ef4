import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import type { Service } from './lab/service.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;
/** Each begins so many milliseconds after the one before: at the kill they are all at different steps. */
const VOLUMES = 6;
const STAGGER_MS = { create: 90, delete: 400 };
const RETRIED = /ABORTED|UNAVAILABLE|DEADLINE_EXCEEDED|CANCELLED/;

/** kill -9 between any two steps of a create or a delete: the retry of the same request ends in the same state. */
describe('kill -9', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });
  afterEach(async () => {
    for (const service of [...deployment.gateways, deployment.controller]) {
      if (!service.isRunning) await service.start();
    }
  });

  const victims: Readonly<Record<string, () => readonly Service[]>> = {
    'the controller': () => [deployment.controller],
    'the coordinating gateway': () => [deployment.gateway(1)],
    'another gateway': () => [deployment.gateway(3)],
    'all gateways': () => deployment.gateways,
  };

  for (const [victim, services] of Object.entries(victims)) {
    it(`of ${victim} during creates and deletes at every step: the retries leave what they should`, async () => {
      const names = Array.from({ length: VOLUMES }, (_, i) => `crash-${i}`);
      const create = (name: string) => CsiVolume.create(deployment, { name, bytes: BYTES });
      await crashDuring(
        names.map((name) => () => create(name)),
        services(),
        STAGGER_MS.create,
      );
      const volumes = await Promise.all(names.map((name) => retried(() => create(name))));
      for (const volume of volumes) expect(volume.capacityBytes).to.equal(BYTES);

      await crashDuring(
        volumes.map((volume) => () => volume.delete()),
        services(),
        STAGGER_MS.delete,
      );
      await Promise.all(volumes.map((volume) => retried(() => volume.delete())));
      await expectNothingLeft(deployment.lab);
    });
  }
});

/** Begins the calls one after the other, kills the services, starts them again; how the calls end does not matter. */
async function crashDuring(
  acts: readonly (() => Promise<unknown>)[],
  services: readonly Service[],
  staggerMs: number,
): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (const act of acts) {
    calls.push(act().catch(() => undefined));
    await sleep(staggerMs);
  }
  await Promise.all(services.map((service) => service.kill()));
  await Promise.all(calls);
  await Promise.all(services.map((service) => service.start()));
}

/** As the provisioner does: again while the outcome is uncertain. Any other failure is final there, and here. */
async function retried<T>(act: () => Promise<T>): Promise<T> {
  const results: T[] = [];
  await until(
    'the retry succeeds',
    async () => {
      try {
        results.push(await act());
        return true;
      } catch (error) {
        expect(String(error)).to.match(RETRIED);
        return false;
      }
    },
    { everyMs: 250, timeoutMs: 60_000 },
  );
  const [result] = results;
  return result as T;
}
