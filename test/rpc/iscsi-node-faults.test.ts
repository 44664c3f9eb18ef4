import { expect } from 'chai';
import type { Injection } from '../fakes/fault-injector.ts';
import type { HostPoint } from '../fakes/memory-host.ts';
import { RAW } from './block-node-harness.ts';
import { errorOf } from './controller-harness.ts';
import {
  GIB,
  goodLun,
  LUN_ID,
  LUN_STAGING,
  LUN_TARGET,
  type LunNode,
  type LunState,
  lunStateOf,
  startLunNode,
} from './iscsi-node-harness.ts';
import { retryUntilOk } from './retry-until-ok.ts';

const INJECTIONS: readonly Injection[] = ['fail-before', 'fail-after', 'hang'];
const DEADLINE_MS = 150;
const PATIENT_MS = 20_000;

interface Scenario {
  readonly name: string;
  prepare(node: LunNode): Promise<void>;
  /** With a short deadline, unless told otherwise. */
  act(node: LunNode, deadlineMs?: number): Promise<unknown>;
}

type Act = Scenario['act'];
const raw = { volumeCapability: RAW };
const stage: Act = (node, deadlineMs = DEADLINE_MS) => node.rpc('NodeStageVolume', goodLun.stage, deadlineMs);
const stageRaw: Act = (node, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodeStageVolume', { ...goodLun.stage, ...raw }, deadlineMs);
const publish: Act = (node, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodePublishVolume', goodLun.publish, deadlineMs);
const unpublish: Act = (node, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodeUnpublishVolume', goodLun.unpublish, deadlineMs);
const unstage: Act = (node, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodeUnstageVolume', goodLun.unstage, deadlineMs);
const publishRaw: Act = (node, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodePublishVolume', { ...goodLun.publish, ...raw }, deadlineMs);
const expand: Act = (node, deadlineMs = DEADLINE_MS) =>
  node.rpc('NodeExpandVolume', { volumeId: LUN_ID, volumePath: LUN_TARGET }, deadlineMs);
const nothing = async () => {};
const staged = async (node: LunNode) => void (await node.stage());
const stagedRaw = async (node: LunNode) => void (await node.stage(raw));
const published = async (node: LunNode) => {
  await node.stage();
  await node.publish();
};
/** Both paths were away for longer than the device queues, and came back. */
const failed = (before: (node: LunNode) => Promise<void>) => async (node: LunNode) => {
  await before(node);
  setPortals(node, false);
  node.host.giveUp();
  setPortals(node, true);
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
  { name: 'stage what gives errors', prepare: failed(staged), act: stage },
  { name: 'publish', prepare: staged, act: publish },
  { name: 'publish a device', prepare: stagedRaw, act: publishRaw },
  { name: 'publish what gives errors', prepare: failed(staged), act: publish },
  { name: 'unpublish', prepare: published, act: unpublish },
  { name: 'unstage', prepare: staged, act: unstage },
  { name: 'unstage a device', prepare: stagedRaw, act: unstage },
  { name: 'unstage what gives errors', prepare: failed(staged), act: unstage },
  {
    name: 'expand',
    prepare: async (node) => {
      await published(node);
      node.target.disk.bytes = 2n * BigInt(GIB);
    },
    act: expand,
  },
];

describe('block node over iSCSI, when a step fails', () => {
  for (const scenario of SCENARIOS) {
    it(`${scenario.name}: each step, each failure, is made good by a retry`, async () => {
      const { points, state } = await runClean(scenario);
      const { iscsi } = state;
      expect(points, 'steps').to.not.be.empty;
      for (const point of points) {
        for (const injection of INJECTIONS) {
          await using node = await startLunNode();
          await scenario.prepare(node);
          node.host.resetInjector();
          node.host.injector.plan(point, injection);
          const label = `${injection} at ${point}`;
          await retryUntilOk(() => scenario.act(node), label);
          // One path that works is enough; the other one is for the next stage.
          const isPath = point.startsWith('logIn/');
          const found = await lunStateOf(node);
          expect(isPath ? { ...found, iscsi } : found, label).to.deep.equal(state);
          await expectCleanEnd(node, label);
        }
      }
    });
  }

  it('a service that is killed at any step of a stage is followed by one that stages or unstages', async () => {
    const { points } = await runClean({ name: '', prepare: nothing, act: stage });
    for (const point of points) {
      for (const next of [stage, unstage]) {
        await using node = await startLunNode();
        node.host.resetInjector();
        await killAt(node, point);
        const label = `killed at ${point}`;
        await retryUntilOk(() => next(node), label);
        await expectCleanEnd(node, label);
        expect(node.target.disk.formatted, label).to.be.lessThan(2);
      }
    }
  });
});

/** All that comes after the step fails too, the undoing above all, as if there were nobody any more. */
async function killAt({ host, rpc }: LunNode, point: HostPoint): Promise<void> {
  const { injector } = host;
  const step = injector.step.bind(injector);
  let isDead = false;
  injector.step = async (at, call, work) => {
    if (isDead) throw new Error('killed');
    const result = await step(at, call, work);
    // Another step may have been under way.
    isDead ||= at === point;
    if (isDead) throw new Error('killed');
    return result;
  };
  await errorOf(rpc('NodeStageVolume', goodLun.stage));
  host.resetInjector();
}

async function runClean(scenario: Scenario): Promise<{ points: readonly HostPoint[]; state: LunState }> {
  await using node = await startLunNode();
  await scenario.prepare(node);
  node.host.resetInjector();
  await scenario.act(node, PATIENT_MS);
  return { points: [...node.host.injector.begun.keys()], state: await lunStateOf(node) };
}

function setPortals({ target }: LunNode, isServing: boolean): void {
  for (const portal of target.portals.keys()) target.portals.set(portal, isServing);
}

/** Whatever came before, the end of a volume's life on the node leaves nothing but the CO's directory. */
async function expectCleanEnd(node: LunNode, label: string): Promise<void> {
  await node.unpublish();
  await node.unstage();
  const { host } = node;
  expect(await host.mounts(), label).to.deep.equal([]);
  expect(host.leftovers, label).to.deep.equal([]);
  const made = [LUN_TARGET, `${LUN_STAGING}/volume`, `${LUN_STAGING}/device`];
  expect(host.paths, label).to.not.include.members(made);
}
