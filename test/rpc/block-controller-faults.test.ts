import { expect } from 'chai';
import type { Injection } from '../fakes/fault-injector.ts';
import { BLOCK_POINTS } from '../fakes/memory-block-backend.ts';
import {
  type BlockHarness,
  createRequest,
  GIB,
  NODE_1,
  startBlockController,
  WRITER,
} from './block-controller-harness.ts';
import { retryUntilOk } from './retry-until-ok.ts';

const INJECTIONS: readonly Injection[] = ['fail-before', 'fail-after', 'hang'];
const DEADLINE_MS = 150;
const ID = 'gl1:virtblock:east:block-0a1b2c3d/one';
const SNAPSHOT = 'gl1:virtsnap:east:block-0a1b2c3d/snap';
const OF_SNAPSHOT = { snapshot: { snapshotId: SNAPSHOT } };
const OF_VOLUME = { volume: { volumeId: ID } };

interface Scenario {
  readonly name: string;
  prepare(controller: BlockHarness): Promise<unknown>;
  /** With a short deadline. */
  act(controller: BlockHarness): Promise<unknown>;
}

const none = async () => {};
const created = (controller: BlockHarness) => controller.create('one');
const snapped = async (controller: BlockHarness) => {
  await controller.create('one');
  await controller.rpc('CreateSnapshot', { name: 'snap', sourceVolumeId: ID });
};
const copyOf = (volumeContentSource: object) => ({ ...createRequest('copy'), volumeContentSource });
const published = async (controller: BlockHarness) => controller.publish(await controller.create('one'));

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'create',
    prepare: none,
    act: (controller) => controller.rpc('CreateVolume', createRequest('one'), DEADLINE_MS),
  },
  {
    name: 'create again after it was expanded',
    prepare: async (controller) => {
      const volumeId = await created(controller);
      await controller.rpc('ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: 2 * GIB } });
    },
    act: (controller) => controller.rpc('CreateVolume', createRequest('one'), DEADLINE_MS),
  },
  {
    name: 'publish',
    prepare: created,
    act: (controller) =>
      controller.rpc(
        'ControllerPublishVolume',
        { volumeId: ID, nodeId: NODE_1, volumeCapability: WRITER },
        DEADLINE_MS,
      ),
  },
  {
    name: 'unpublish',
    prepare: published,
    act: (controller) =>
      controller.rpc('ControllerUnpublishVolume', { volumeId: ID, nodeId: NODE_1 }, DEADLINE_MS),
  },
  {
    name: 'expand',
    prepare: published,
    act: (controller) =>
      controller.rpc(
        'ControllerExpandVolume',
        { volumeId: ID, capacityRange: { requiredBytes: 2 * GIB } },
        DEADLINE_MS,
      ),
  },
  {
    name: 'delete',
    prepare: created,
    act: (controller) => controller.rpc('DeleteVolume', { volumeId: ID }, DEADLINE_MS),
  },
  {
    name: 'snapshot',
    prepare: created,
    act: (controller) => controller.rpc('CreateSnapshot', { name: 'snap', sourceVolumeId: ID }, DEADLINE_MS),
  },
  {
    name: 'snapshot again after its source was deleted',
    prepare: async (controller) => {
      await snapped(controller);
      await controller.rpc('DeleteVolume', { volumeId: ID });
    },
    act: (controller) => controller.rpc('CreateSnapshot', { name: 'snap', sourceVolumeId: ID }, DEADLINE_MS),
  },
  {
    name: 'create from a snapshot',
    prepare: snapped,
    act: (controller) => controller.rpc('CreateVolume', copyOf(OF_SNAPSHOT), DEADLINE_MS),
  },
  {
    name: 'create from a volume',
    prepare: created,
    act: (controller) => controller.rpc('CreateVolume', copyOf(OF_VOLUME), DEADLINE_MS),
  },
  {
    name: 'create from a snapshot again after that was deleted',
    prepare: async (controller) => {
      await snapped(controller);
      await controller.rpc('CreateVolume', copyOf(OF_SNAPSHOT));
      await controller.rpc('DeleteSnapshot', { snapshotId: SNAPSHOT });
    },
    act: (controller) => controller.rpc('CreateVolume', copyOf(OF_SNAPSHOT), DEADLINE_MS),
  },
  {
    name: 'delete a snapshot',
    prepare: snapped,
    act: (controller) => controller.rpc('DeleteSnapshot', { snapshotId: SNAPSHOT }, DEADLINE_MS),
  },
  {
    name: 'list snapshots',
    prepare: snapped,
    act: (controller) => controller.rpc('ListSnapshots', {}, DEADLINE_MS),
  },
];

describe('block controller, when a step fails', () => {
  for (const scenario of SCENARIOS) {
    it(`${scenario.name}: each step, each failure, is made good by a retry`, async () => {
      await using clean = await startBlockController();
      await scenario.prepare(clean);
      clean.backend.faults.begun.clear();
      await scenario.act(clean);
      const points = BLOCK_POINTS.filter((point) => clean.backend.faults.begun.has(point));
      expect(points).to.not.be.empty;
      for (const point of points) {
        for (const injection of INJECTIONS) {
          await using controller = await startBlockController();
          await scenario.prepare(controller);
          controller.backend.faults.plan(point, injection);
          const label = `${injection} at ${point}`;
          await retryUntilOk(() => scenario.act(controller), label);
          expect(controller.backend.faults.pending, label).to.deep.equal([]);
          expect(controller.backend.state, label).to.deep.equal(clean.backend.state);
          expect(controller.backend.snapshotState, label).to.deep.equal(clean.backend.snapshotState);
        }
      }
    });
  }

  it('lets one of two nodes have the volume that both ask for at once', async () => {
    await using controller = await startBlockController();
    const id = await controller.create('one');
    await using other = await startBlockController(['east'], controller.backends);
    const outcomes = await Promise.allSettled([
      controller.publish(id, { nodeId: 'a@10.0.0.1' }),
      other.publish(id, { nodeId: 'b@10.0.0.2' }),
    ]);
    expect(outcomes.map((one) => one.status))
      .to.include('fulfilled')
      .and.include('rejected');
    expect((await controller.publishedTo(id)).length).to.equal(1);
  });
});
