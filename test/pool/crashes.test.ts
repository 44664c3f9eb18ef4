import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import type { Service } from './lab/service.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;
/** Milliseconds into a create or a delete, which take some 500 ms and 2,500 ms here. */
const DELAYS = { create: [20, 60, 120, 200, 300, 420], delete: [20, 100, 600, 1500, 2200, 2400] };
const RETRIED = /ABORTED|UNAVAILABLE|DEADLINE_EXCEEDED|CANCELLED/;

/** kill -9 at any moment of a create or a delete: the retry of the same request ends in the same state. */
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
    it(`of ${victim} during a create: the retry makes it, the delete leaves nothing`, async () => {
      for (const delay of DELAYS.create) {
        const request = { name: `crash-create-${delay}`, bytes: BYTES };
        await crashDuring(() => CsiVolume.create(deployment, request), services(), delay);
        const volume = await retried(() => CsiVolume.create(deployment, request));
        await retried(() => volume.delete());
        await expectNothingLeft(deployment.lab, `killed after ${delay} ms`);
      }
    });

    it(`of ${victim} during a delete: the retry leaves nothing`, async () => {
      for (const delay of DELAYS.delete) {
        const name = `crash-delete-${delay}`;
        const volume = await retried(() => CsiVolume.create(deployment, { name, bytes: BYTES }));
        await crashDuring(() => volume.delete(), services(), delay);
        await retried(() => volume.delete());
        await expectNothingLeft(deployment.lab, `killed after ${delay} ms`);
      }
    });
  }
});

/** Kills the services so long after the call began, and starts them again; how the call ends does not matter. */
async function crashDuring(
  act: () => Promise<unknown>,
  services: readonly Service[],
  delayMs: number,
): Promise<void> {
  const call = act().catch(() => undefined);
  await sleep(delayMs);
  await Promise.all(services.map((service) => service.kill()));
  await call;
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
