import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { Injection } from '../fakes/fault-injector.ts';
import type { HostPoint } from '../fakes/memory-host.ts';
import { errorOf } from './controller-harness.ts';
import {
  capability,
  good,
  ID,
  INLINE_ID,
  INLINE_TARGET,
  type NodeHarness,
  STAGING,
  startNode,
  stateOf,
  TARGET,
  TARGET_2,
} from './node-harness.ts';
import { retryUntilOk } from './retry-until-ok.ts';

const INJECTIONS: readonly Injection[] = ['fail-before', 'fail-after', 'hang'];
const DEADLINE_MS = 150;

const UNPUBLISH_INLINE = { volumeId: INLINE_ID, targetPath: INLINE_TARGET };

interface Scenario {
  readonly name: string;
  prepare(node: NodeHarness): Promise<void>;
  /** With a short deadline. */
  act(node: NodeHarness): Promise<unknown>;
}

const stage = (node: NodeHarness) => node.rpc('NodeStageVolume', good.stage, DEADLINE_MS);
const publish = (node: NodeHarness) => node.rpc('NodePublishVolume', good.publish, DEADLINE_MS);
const unpublish = (node: NodeHarness) => node.rpc('NodeUnpublishVolume', good.unpublish, DEADLINE_MS);
const unstage = (node: NodeHarness) => node.rpc('NodeUnstageVolume', good.unstage, DEADLINE_MS);
const staged = async (node: NodeHarness) => {
  await node.stage();
};
const published = async (node: NodeHarness) => {
  await node.stage();
  await node.publish();
};
const died = async (node: NodeHarness) => {
  await published(node);
  node.host.setClient(STAGING, 'dead');
};

const SCENARIOS: readonly Scenario[] = [
  { name: 'stage', prepare: async () => {}, act: stage },
  { name: 'stage again', prepare: staged, act: stage },
  { name: 'stage where the client died', prepare: died, act: stage },
  { name: 'publish', prepare: staged, act: publish },
  {
    name: 'publish read-only',
    prepare: staged,
    act: (node) => node.rpc('NodePublishVolume', { ...good.publish, readonly: true }, DEADLINE_MS),
  },
  {
    name: 'publish where the client died',
    prepare: async (node) => {
      await died(node);
      await node.stage();
    },
    act: publish,
  },
  { name: 'unpublish', prepare: published, act: unpublish },
  { name: 'unpublish where the client died', prepare: died, act: unpublish },
  {
    name: 'unstage',
    prepare: staged,
    act: unstage,
  },
  {
    name: 'publish a volume of a pod',
    prepare: async () => {},
    act: (node) => node.rpc('NodePublishVolume', good.inline, DEADLINE_MS),
  },
  {
    name: 'publish a volume of a pod where the client died',
    prepare: async (node) => {
      await node.rpc('NodePublishVolume', good.inline);
      node.host.setClient(INLINE_TARGET, 'dead');
    },
    act: (node) => node.rpc('NodePublishVolume', good.inline, DEADLINE_MS),
  },
  {
    name: 'unpublish a volume of a pod',
    prepare: async (node) => {
      await node.rpc('NodePublishVolume', good.inline);
    },
    act: (node) => node.rpc('NodeUnpublishVolume', UNPUBLISH_INLINE, DEADLINE_MS),
  },
  {
    name: 'stats',
    prepare: published,
    act: (node) => node.rpc('NodeGetVolumeStats', { volumeId: ID, volumePath: TARGET }, DEADLINE_MS),
  },
];

describe('node, when a step fails', () => {
  for (const scenario of SCENARIOS) {
    it(`${scenario.name}: each step, each failure, is made good by a retry`, async () => {
      const { points, state } = await runClean(scenario);
      expect(points, 'steps').to.not.be.empty;
      for (const point of points) {
        for (const injection of INJECTIONS) {
          await using node = await startNode();
          await scenario.prepare(node);
          node.host.resetInjector();
          node.host.injector.plan(point, injection);
          const label = `${injection} at ${point}`;
          await retryUntilOk(() => scenario.act(node), label);
          expect(node.host.injector.pending, label).to.deep.equal([]);
          expect(await stateOf(node.host), label).to.deep.equal(state);
          await expectCleanEnd(node, label);
        }
      }
    });
  }

  it('publish: what fails and cannot be undone is retried, not final', async () => {
    await using node = await startNode();
    await node.stage();
    node.host.resetInjector();
    node.host.injector.plan('bind/1', 'fail-after');
    node.host.injector.plan('unmount/1', 'fail-before');
    const error = await errorOf(node.publish());
    expect(error.code).to.equal(status.UNAVAILABLE);
    expect(error.details).to.match(/so did undoing it; retry/);
    await node.publish();
    expect((await node.host.mounts()).length).to.equal(2);
  });
});

describe('node, given the same request many times at once', () => {
  it('does each step of a volume’s life once', async () => {
    await using node = await startNode();
    for (const act of [stage, publish, unpublish, unstage]) {
      const all = Array.from({ length: 8 }, () => retryUntilOk(() => act(node), 'at once'));
      await Promise.all(all);
      const mounts = await node.host.mounts();
      expect(new Set(mounts.map(({ target }) => target)).size).to.equal(mounts.length);
    }
    expect(node.host.injector.begun.size).to.be.greaterThan(0);
    await expectCleanEnd(node, 'at once');
  });

  it('gives a single writer’s volume to one of two pods that start together', async () => {
    await using node = await startNode();
    const single = { volumeCapability: capability('SINGLE_NODE_SINGLE_WRITER') };
    await node.stage(single);
    const both = [TARGET, TARGET_2].map((targetPath) => node.publish({ ...single, targetPath }));
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status: outcome }) => outcome)).to.have.members(['fulfilled', 'rejected']);
    expect((await node.host.mounts()).length).to.equal(2);
  });

  it('refuses the second with ABORTED and does not wait', async () => {
    await using node = await startNode();
    node.host.injector.plan('mountGluster/1', 'hang');
    const first = errorOf(node.rpc('NodeStageVolume', good.stage, 400));
    await sleep(100);
    expect((await errorOf(node.stage())).code).to.equal(status.ABORTED);
    expect((await errorOf(node.unstage())).code).to.equal(status.ABORTED);
    const elsewhere = { volumeId: 'gl1:volume:east:two', stagingTargetPath: '/kubelet/staging/two' };
    await node.stage(elsewhere);
    await node.unstage(elsewhere);
    expect((await first).code).to.equal(status.DEADLINE_EXCEEDED);
    await retryUntilOk(() => node.stage(), 'after the hang');
  });
});

async function runClean(scenario: Scenario): Promise<{ points: readonly HostPoint[]; state: object }> {
  await using node = await startNode();
  await scenario.prepare(node);
  node.host.resetInjector();
  await scenario.act(node);
  return { points: [...node.host.injector.begun.keys()], state: await stateOf(node.host) };
}

/** Whatever came before, the end of a volume's life on the node leaves nothing but the CO's directory. */
async function expectCleanEnd(node: NodeHarness, label: string): Promise<void> {
  await node.rpc('NodeUnpublishVolume', UNPUBLISH_INLINE);
  await node.unpublish();
  await node.unstage();
  const { paths, ...rest } = (await stateOf(node.host)) as { paths: readonly string[] };
  expect(rest, label).to.deep.equal({ mounts: [], clients: 0 });
  expect(paths, label).to.not.include(TARGET);
}
