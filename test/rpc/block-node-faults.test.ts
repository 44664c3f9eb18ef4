import { expect } from 'chai';
import type { Injection } from '../fakes/fault-injector.ts';
import type { HostPoint } from '../fakes/memory-host.ts';
import {
  type BlockNodeHarness,
  blockStateOf,
  GIB,
  good,
  ID,
  RAW,
  STAGING,
  startBlockNode,
  TARGET,
} from './block-node-harness.ts';
import { retryUntilOk } from './retry-until-ok.ts';

const INJECTIONS: readonly Injection[] = ['fail-before', 'fail-after', 'hang'];
const DEADLINE_MS = 150;
/** Nothing hangs there, and a busy machine is no failure. */
const CLEAN_MS = 20_000;

interface Scenario {
  readonly name: string;
  prepare(node: BlockNodeHarness): Promise<void>;
  /** With a short deadline, unless told otherwise. */
  act(node: BlockNodeHarness, deadlineMs?: number): Promise<unknown>;
}

const raw = { volumeCapability: RAW };
const stage = (node: BlockNodeHarness, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodeStageVolume', good.stage, deadlineMs);
const stageRaw = (node: BlockNodeHarness, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodeStageVolume', { ...good.stage, ...raw }, deadlineMs);
const publish = (node: BlockNodeHarness, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodePublishVolume', good.publish, deadlineMs);
const publishRaw = (node: BlockNodeHarness, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodePublishVolume', { ...good.publish, ...raw }, deadlineMs);
const unpublish = (node: BlockNodeHarness, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodeUnpublishVolume', good.unpublish, deadlineMs);
const unstage = (node: BlockNodeHarness, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodeUnstageVolume', good.unstage, deadlineMs);
const nothing = async () => {};
const staged = async (node: BlockNodeHarness) => void (await node.stage());
const stagedRaw = async (node: BlockNodeHarness) => void (await node.stage(raw));
const published = async (node: BlockNodeHarness) => {
  await node.stage();
  await node.publish();
};
const publishedRaw = async (node: BlockNodeHarness) => {
  await node.stage(raw);
  await node.publish(raw);
};
const died = (before: (node: BlockNodeHarness) => Promise<void>) => async (node: BlockNodeHarness) => {
  await before(node);
  node.host.setClient(`${STAGING}/client`, 'dead');
};

const SCENARIOS: readonly Scenario[] = [
  { name: 'stage', prepare: nothing, act: stage },
  { name: 'stage a device', prepare: nothing, act: stageRaw },
  { name: 'stage again', prepare: staged, act: stage },
  {
    name: 'stage what has a file system',
    prepare: async (node) => {
      await node.stage();
      await node.unstage();
    },
    act: stage,
  },
  { name: 'stage where the client died', prepare: died(staged), act: stage },
  { name: 'stage a device where the client died', prepare: died(stagedRaw), act: stageRaw },
  { name: 'publish', prepare: staged, act: publish },
  { name: 'publish a device', prepare: stagedRaw, act: publishRaw },
  { name: 'publish where the client died', prepare: died(published), act: publish },
  { name: 'unpublish', prepare: published, act: unpublish },
  { name: 'unpublish a device', prepare: publishedRaw, act: unpublish },
  { name: 'unpublish where the client died', prepare: died(published), act: unpublish },
  { name: 'unstage', prepare: staged, act: unstage },
  { name: 'unstage a device', prepare: stagedRaw, act: unstage },
  { name: 'unstage where the client died', prepare: died(staged), act: unstage },
  {
    name: 'expand',
    prepare: async (node) => {
      await published(node);
      node.disk.bytes = 2n * GIB;
    },
    act: (node, deadlineMs = DEADLINE_MS) =>
      node.rpc('NodeExpandVolume', { volumeId: ID, volumePath: TARGET }, deadlineMs),
  },
];

describe('block node, when a step fails', () => {
  for (const scenario of SCENARIOS) {
    it(`${scenario.name}: each step, each failure, is made good by a retry`, async () => {
      const { points, state } = await runClean(scenario);
      expect(points, 'steps').to.not.be.empty;
      for (const point of points) {
        for (const injection of INJECTIONS) {
          await using node = await startBlockNode();
          await scenario.prepare(node);
          node.host.resetInjector();
          node.host.injector.plan(point, injection);
          const label = `${injection} at ${point}`;
          await retryUntilOk(() => scenario.act(node), label);
          expect(node.host.injector.pending, label).to.deep.equal([]);
          expect(withoutCount(await blockStateOf(node)), label).to.deep.equal(withoutCount(state));
          await expectCleanEnd(node, label);
        }
      }
    });
  }
});

describe('block node, given the same request many times at once', () => {
  it('does each step of a volume’s life once', async () => {
    await using node = await startBlockNode();
    for (const act of [stage, publish, unpublish, unstage]) {
      await Promise.all(Array.from({ length: 8 }, () => retryUntilOk(() => act(node), 'at once')));
      const mounts = await node.host.mounts();
      expect(new Set(mounts.map(({ target }) => target)).size).to.equal(mounts.length);
    }
    expect(node.disk.formatted).to.equal(1);
    await expectCleanEnd(node, 'at once');
  });
});

async function runClean(scenario: Scenario): Promise<{ points: readonly HostPoint[]; state: object }> {
  await using node = await startBlockNode();
  await scenario.prepare(node);
  node.host.resetInjector();
  await scenario.act(node, CLEAN_MS);
  return { points: [...node.host.injector.begun.keys()], state: await blockStateOf(node) };
}

/** Making a file system may be done again, as long as nobody has had it. */
function withoutCount(state: object): object {
  return { ...state, disk: { ...Reflect.get(state, 'disk'), formatted: undefined } };
}

/** Whatever came before, the end of a volume's life on the node leaves nothing but the CO's directory. */
async function expectCleanEnd(node: BlockNodeHarness, label: string): Promise<void> {
  await node.unpublish();
  await node.unstage();
  const { host, disk } = node;
  expect(await host.mounts(), label).to.deep.equal([]);
  expect([host.devices, host.clients, [...disk.files]], label).to.deep.equal([[], 0, []]);
  expect(host.paths, label).to.not.include.members([TARGET, `${STAGING}/client`, `${STAGING}/device`]);
}
