import { expect } from 'chai';
import type { Call } from '../../src/control/call.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { KEYS, toMetadata } from '../../src/volumes/metadata.ts';
import { sweepPassing } from '../../src/volumes/passing-snapshot-sweep.ts';
import type { VolumeSpec } from '../../src/volumes/spec.ts';
import { MemoryBackend } from '../fakes/memory-backend.ts';

const HOUR_MS = 3_600_000;
const OWNER = 'file.csi.gluster.org';
const call: Call = { id: 'unit', signal: new AbortController().signal };

describe('snapshots of clone requests that nobody repeated', () => {
  let backend: MemoryBackend;
  let taken: number;
  beforeEach(async () => {
    backend = new MemoryBackend();
    await make('source', true);
    for (const clone of ['up', 'half-made', 'absent']) await take(`for-${clone}`, { [KEYS.madeFor]: clone });
    await take('kept', { [KEYS.owner]: OWNER });
    await make('up', true);
    await make('half-made', false);
    taken = Math.max(...backend.state.snapshots.map(({ created }) => created.getTime()));
  });

  async function make(name: string, isUp: boolean): Promise<void> {
    const spec: VolumeSpec = {
      name: parseVolumeName(name),
      csiName: name,
      capacityBytes: 1024n ** 3n,
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'loop',
      zones: [],
      options: {},
    };
    await backend.create(spec, toMetadata({ spec, owner: OWNER, claim: {} }), call);
    if (isUp) await backend.start(spec.name, call);
  }

  async function take(name: string, mark: Record<string, string>): Promise<void> {
    const metadata = { [KEYS.format]: '1', ...mark };
    const request = { name: parseVolumeName(name), source: parseVolumeName('source'), metadata };
    await backend.createSnapshot(request, call);
  }

  const left = () => backend.state.snapshots.map(({ name }) => name).sort();

  it('go once their clone is up, and the others after a day; no snapshot of anybody’s does', async () => {
    await sweepPassing(backend, taken + 60_000, call);
    expect(left()).to.deep.equal(['for-absent', 'for-half-made', 'for-up', 'kept']);
    await sweepPassing(backend, taken + HOUR_MS, call);
    expect(left()).to.deep.equal(['for-absent', 'for-half-made', 'kept']);
    await sweepPassing(backend, taken + 25 * HOUR_MS, call);
    expect(left()).to.deep.equal(['kept']);
  });

  it('stay while their age or the volume is not known', async () => {
    const list = backend.listSnapshots.bind(backend);
    backend.listSnapshots = async (...args) => {
      const page = await list(...args);
      return { ...page, snapshots: page.snapshots.map((one) => ({ ...one, created: new Date(0) })) };
    };
    await sweepPassing(backend, taken + 25 * HOUR_MS, call);
    expect(left()).to.have.length(4);
  });

  it('are found on every page', async () => {
    for (let number = 0; number < 1100; number += 1) {
      const name = `more-${String(number).padStart(4, '0')}`;
      await take(name, number % 2 === 0 ? { [KEYS.owner]: OWNER } : { [KEYS.madeFor]: 'absent' });
    }
    await sweepPassing(backend, taken + 50 * HOUR_MS, call);
    expect(left()).to.have.length(551);
    expect(backend.state.snapshots.every(({ metadata }) => metadata[KEYS.owner] === OWNER)).to.equal(true);
  });
});
