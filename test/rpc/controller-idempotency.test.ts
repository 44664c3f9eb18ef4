import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { INJECTIONS, type Injection } from '../fakes/fault-injector.ts';
import { POINTS, type Point } from '../fakes/memory-backend.ts';
import {
  createRequest,
  errorOf,
  GIB,
  type Harness,
  MOUNT,
  NOTHING,
  startController,
} from './controller-harness.ts';
import { SNAPSHOT_USE_CASES, type UseCase } from './snapshot-use-cases.ts';
import { VIEW_USE_CASES } from './view-use-cases.ts';

/** After these the provisioner asks again; after any other code it forgets a volume that may exist. */
const RETRIED = [status.CANCELLED, status.DEADLINE_EXCEEDED, status.UNAVAILABLE, status.ABORTED];
const volumeId = 'gl1:volume:east:pvc-1';

const create = (harness: Harness, deadlineMs: number) =>
  harness.rpc('CreateVolume', createRequest('pvc-1'), deadlineMs);
const prepare = (harness: Harness) => create(harness, 20_000);
/** What a controller that died between create and start leaves. */
const prepareUnstarted = async (harness: Harness) => {
  harness.backend.faults.plan('start', 'fail-before');
  await errorOf(create(harness, 20_000));
};
const expand = { volumeId, capacityRange: { requiredBytes: 2 * GIB } };

const USE_CASES: Record<string, UseCase> = {
  CreateVolume: { act: create },
  'CreateVolume of what is there': { prepare, act: create },
  'CreateVolume of what is half there': { prepare: prepareUnstarted, act: create },
  DeleteVolume: { prepare, act: (harness, ms) => harness.rpc('DeleteVolume', { volumeId }, ms) },
  'DeleteVolume of what is half there': {
    prepare: prepareUnstarted,
    act: (harness, ms) => harness.rpc('DeleteVolume', { volumeId }, ms),
  },
  ControllerExpandVolume: {
    prepare,
    act: (harness, ms) => harness.rpc('ControllerExpandVolume', expand, ms),
  },
  ControllerGetVolume: {
    prepare,
    act: (harness, ms) => harness.rpc('ControllerGetVolume', { volumeId }, ms),
  },
  ListVolumes: { prepare, act: (harness, ms) => harness.rpc('ListVolumes', {}, ms) },
  GetCapacity: { prepare, act: (harness, ms) => harness.rpc('GetCapacity', {}, ms) },
  ValidateVolumeCapabilities: {
    prepare,
    act: (harness, ms) =>
      harness.rpc('ValidateVolumeCapabilities', { volumeId, volumeCapabilities: [MOUNT] }, ms),
  },
  ...SNAPSHOT_USE_CASES,
  ...VIEW_USE_CASES,
};

/** What a history of calls ends in. */
interface Ending {
  readonly reply: unknown;
  readonly state: unknown;
  readonly steps: readonly Point[];
}

/** Calls until it succeeds; every failure on the way must be one that is retried. */
async function actUntilDone(harness: Harness, useCase: UseCase): Promise<unknown> {
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    try {
      return await useCase.act(harness, 150 * attempt);
    } catch (error) {
      const code = (error as { code?: status }).code;
      expect(
        RETRIED.map((one) => status[one]),
        String(error),
      ).to.include(status[code ?? status.UNKNOWN]);
      await sleep(20);
    }
  }
  throw new Error('20 attempts failed');
}

async function play(useCase: UseCase, faults: readonly (readonly [Point, Injection])[]): Promise<Ending> {
  await using harness = await startController();
  await useCase.prepare?.(harness);
  const before = new Map(harness.backend.faults.begun);
  for (const [point, injection] of faults) harness.backend.faults.plan(point, injection);
  const reply = await actUntilDone(harness, useCase);
  const { begun } = harness.backend.faults;
  const steps = POINTS.filter((point) => (begun.get(point) ?? 0) > (before.get(point) ?? 0));
  return { reply, state: harness.backend.state, steps };
}

describe('every RPC, with a fault in every step, retried until it succeeds, ends as if there had been none', () => {
  for (const [name, useCase] of Object.entries(USE_CASES)) {
    it(name, async function () {
      this.timeout(60_000);
      const clean = await play(useCase, []);
      expect(clean.steps).not.to.deep.equal([]);
      for (const point of clean.steps) {
        for (const injection of INJECTIONS) {
          const { reply, state } = await play(useCase, [[point, injection]]);
          expect(state, `${injection} at ${point}`).to.deep.equal(clean.state);
          expect(reply, `${injection} at ${point}`).to.deep.equal(clean.reply);
        }
      }
    });
  }

  const TWICE = ['CreateVolume', 'DeleteVolume', 'ControllerExpandVolume'];
  const COPIES = ['CreateSnapshot', 'CreateVolume from a snapshot', 'CreateVolume from a volume'];
  const GROUPS = ['CreateVolumeGroupSnapshot', 'DeleteVolumeGroupSnapshot'];
  const VIEWS = ['CreateVolume of the first view', 'DeleteVolume of the last view'];
  for (const name of [...TWICE, ...COPIES, ...GROUPS, ...VIEWS]) {
    it(`${name} with two faults`, async function () {
      this.timeout(120_000);
      const useCase = USE_CASES[name] ?? expect.fail(name);
      const clean = await play(useCase, []);
      for (const first of clean.steps) {
        for (const second of [...clean.steps, 'find' as const]) {
          for (const injection of ['fail-before', 'fail-after'] as const) {
            const what = `${name}: ${injection} at ${second} after fail-after at ${first}`;
            const { reply, state } = await play(useCase, [
              [second, injection],
              [first, 'fail-after'],
            ]);
            expect({ reply, state }, what).to.deep.equal({ reply: clean.reply, state: clean.state });
          }
        }
      }
    });
  }
});

describe('duplicates of an RPC at the same time', () => {
  for (const [name, useCase] of Object.entries(USE_CASES)) {
    it(`${name}: each succeeds or is told to retry, and the end is that of one`, async () => {
      const clean = await play(useCase, []);
      await using harness = await startController();
      await useCase.prepare?.(harness);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => useCase.act(harness, 20_000)),
      );
      const replies = outcomes.filter((one) => one.status === 'fulfilled').map((one) => one.value);
      expect(replies.length).to.be.greaterThan(0);
      for (const reply of replies) expect(reply).to.deep.equal(clean.reply);
      for (const one of outcomes) {
        if (one.status === 'rejected') expect(one.reason.code, one.reason.message).to.equal(status.ABORTED);
      }
      expect(harness.backend.state).to.deep.equal(clean.state);
    });
  }

  it('a create and a delete of one volume exclude each other', async () => {
    await using harness = await startController();
    await create(harness, 20_000);
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].flatMap(() => [
        create(harness, 20_000),
        harness.rpc('DeleteVolume', { volumeId }),
        harness.rpc('ControllerExpandVolume', expand),
      ]),
    );
    const codes = outcomes.map((one) => (one.status === 'rejected' ? status[one.reason.code] : 'OK'));
    for (const code of codes) expect(['OK', 'ABORTED', 'NOT_FOUND']).to.include(code);
    await harness.rpc('DeleteVolume', { volumeId });
    expect(harness.backend.state).to.deep.equal(NOTHING);
  });
});
