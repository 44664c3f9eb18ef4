import { expect } from 'chai';
import { deleteSnapshot } from '../../src/gateway/snapshots/delete-snapshot.ts';
import { restoreSnapshot } from '../../src/gateway/snapshots/restore-snapshot.ts';
import type { VolumeDeps } from '../../src/gateway/volumes/deps.ts';
import { resizeVolume } from '../../src/gateway/volumes/resize-volume.ts';
import { startVolume } from '../../src/gateway/volumes/start-volume.ts';
import { call, faultOf, GIB, REPEATED } from '../fakes/accidents.ts';
import type { MemoryServers } from '../fakes/memory-servers.ts';
import {
  contentsOf,
  expectWhole,
  mountedContents,
  sweepAll,
  take,
  withStopped,
} from '../fakes/snapshot-world.ts';

const STEPS = ['prepare', 'close', 'open', 'finish'] as const;

/** What another gateway does in the middle of a restore: it waits, or the restore does; both never win. */
describe('gateway: restore while others work on the volume', () => {
  /** Restores; the other gateway acts once, just before the step on the second of three servers. */
  async function meanwhile(
    step: (typeof STEPS)[number],
    act: (other: VolumeDeps) => Promise<unknown>,
  ): Promise<{ servers: MemoryServers; restored: string; acted: string }> {
    const servers = await withStopped();
    const { restores } = servers.at(1);
    const original = restores[step].bind(restores) as (...args: unknown[]) => Promise<void>;
    let acted = 'never';
    Object.assign(restores, {
      [step]: async (...args: unknown[]) => {
        if (acted === 'never') acted = await endOf(act(servers.coordinator(2).deps));
        return original(...args);
      },
    });
    const restored = await endOf(restoreSnapshot(servers.coordinator(0).deps, 's1', call()));
    expect(acted).not.to.equal('never');
    return { servers, restored, acted };
  }

  async function endOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'done',
      (error) => error.kind,
    );
  }

  for (const step of STEPS) {
    it(`a start just before ${step} is refused, or undoes the restore; no mixture is served`, async () => {
      const start = (deps: VolumeDeps) => startVolume(deps, 'v1', { force: true }, call());
      const { servers, restored, acted } = await meanwhile(step, start);
      expect(['done', ...REPEATED]).to.include(acted);
      if (acted === 'done') expect(restored).not.to.equal('done');
      expect(new Set(mountedContents(servers, 'v1')).size).to.equal(1);
      await sweepAll(servers);
      expectWhole(servers);
      const content = restored === 'done' ? 'then' : 'now';
      expect(contentsOf(servers, 'v1')).to.deep.equal([content, content, content]);
    });

    it(`a second restore, a resize, a snapshot and a delete of the snapshot just before ${step} harm nothing`, async () => {
      const acts: readonly ((deps: VolumeDeps) => Promise<unknown>)[] = [
        (deps) => restoreSnapshot(deps, 's1', call()),
        (deps) => resizeVolume(deps, 'v1', () => 2n * GIB, call()),
        (deps) => take(deps, 's2'),
        (deps) => deleteSnapshot(deps, 's1', call()),
      ];
      for (const act of acts) {
        const { servers } = await meanwhile(step, act);
        await sweepAll(servers);
        expectWhole(servers);
        expect(new Set(contentsOf(servers, 'v1')).size).to.equal(1);
      }
    });
  }

  it('is refused by name while a restore is under way on another gateway', async () => {
    const { acted } = await meanwhile('open', async (other) => {
      const fault = await faultOf(startVolume(other, 'v1', { force: false }, call()));
      expect(fault.message).to.match(/^the restore of volume v1 to snapshot s1 is under way; retry/);
    });
    expect(acted).to.equal('done');
  });
});
