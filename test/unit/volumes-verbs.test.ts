import { expect } from 'chai';
import type { Call } from '../../src/control/call.ts';
import { Fault, type FaultKind, isFault } from '../../src/control/fault.ts';
import { toStatus } from '../../src/grpc/status.ts';
import { createVolume } from '../../src/volumes/create-volume.ts';
import { deleteVolume } from '../../src/volumes/delete-volume.ts';
import { parseClusterName, parseVolumeName } from '../../src/volumes/ids.ts';
import { toMetadata } from '../../src/volumes/metadata.ts';
import { findDifference } from '../../src/volumes/same-request.ts';
import type { Volume, VolumeSpec } from '../../src/volumes/spec.ts';
import { MemoryBackend } from '../fakes/memory-backend.ts';

const KINDS: readonly FaultKind[] = [
  ...(['invalid', 'out-of-range', 'not-found', 'conflict', 'exhausted', 'wrong-state', 'busy'] as const),
  ...(['stale-token', 'unreachable', 'uncertain', 'timed-out', 'cancelled', 'unauthenticated'] as const),
  ...(['denied', 'unsupported'] as const),
];
/** gRPC codes that external-provisioner takes as "may be under way": CANCELLED, DEADLINE_EXCEEDED, ABORTED, UNAVAILABLE. */
const RETRIED_CODES = [1, 4, 10, 14];

const owner = 'file.csi.gluster.org';
const name = parseVolumeName('pvc-1');
const spec: VolumeSpec = {
  name,
  csiName: 'pvc-1',
  capacityBytes: 1024n ** 3n,
  layout: { kind: 'replica', copies: 3, distribute: 1 },
  brickType: 'loop',
  zones: ['a'],
  options: {},
};
const range = { requiredBytes: spec.capacityBytes, limitBytes: 0n };
const call: Call = { id: 'unit', signal: new AbortController().signal };

/** A backend one of whose methods fails. */
function failing(method: 'create' | 'start' | 'find' | 'delete', error: unknown): MemoryBackend {
  const backend = new MemoryBackend();
  backend[method] = async () => {
    throw error;
  };
  return backend;
}

async function codeOf(work: Promise<unknown>): Promise<number> {
  try {
    await work;
  } catch (error) {
    return toStatus(error, 'unit').code;
  }
  throw new Error('it succeeded');
}

describe('createVolume', () => {
  const request = { spec, owner, range, claim: {} };

  for (const kind of KINDS) {
    it(`is retried when the start of what it made fails as ${kind}`, async () => {
      const backend = failing('start', new Fault(kind, 'no'));
      expect(RETRIED_CODES).to.include(await codeOf(createVolume({ ...request, backend }, call)));
    });
  }

  it('is retried when a bug may have left anything', async () => {
    for (const method of ['create', 'start'] as const) {
      const backend = failing(method, new TypeError('a bug'));
      expect(RETRIED_CODES).to.include(await codeOf(createVolume({ ...request, backend }, call)));
    }
  });

  it('is retried when the volume whose name is taken cannot be read, or is just going', async () => {
    for (const found of [new Fault('unauthenticated', 'no'), undefined]) {
      const backend = new MemoryBackend();
      await createVolume({ ...request, backend }, call);
      backend.find = async () => {
        if (found !== undefined) throw found;
        return undefined;
      };
      expect(RETRIED_CODES).to.include(await codeOf(createVolume({ ...request, backend }, call)));
    }
  });

  it('leaves a refusal of the create final, since nothing was changed', async () => {
    const backend = failing('create', new Fault('exhausted', 'no'));
    expect(RETRIED_CODES).not.to.include(await codeOf(createVolume({ ...request, backend }, call)));
  });
});

describe('deleteVolume', () => {
  const located = { kind: 'volume', cluster: parseClusterName('east'), name } as const;

  it('tells the backend of a volume that is gone, to clear what is left of it', async () => {
    const backend = new MemoryBackend();
    await deleteVolume({ ...located, backend }, owner, call);
    expect(backend.calls.get('delete')).to.equal(1);
  });

  it('never tells the backend of a volume that is not ours', async () => {
    for (const metadata of [{}, { owner: 'other' }]) {
      const backend = new MemoryBackend();
      backend.addForeign({ ...spec, state: 'Created', metadata });
      const error: unknown = await deleteVolume({ ...located, backend }, owner, call).catch(
        (reason) => reason,
      );
      expect(isFault(error, 'wrong-state')).to.equal(true);
      expect(backend.calls.get('delete')).to.equal(undefined);
    }
  });

  it('deletes none that somebody else made under the name meanwhile: ours is gone then', async () => {
    for (const before of [undefined, { owner }]) {
      const backend = new MemoryBackend();
      if (before !== undefined) backend.addForeign({ ...spec, state: 'Started', metadata: before });
      const foreign = { ...spec, state: 'Started', metadata: { owner: 'other' } } as const;
      const find = backend.find.bind(backend);
      backend.find = async (...asked) => {
        const found = await find(...asked);
        backend.addForeign(foreign);
        return found;
      };
      await deleteVolume({ ...located, backend }, owner, call);
      expect(backend.state.volumes).to.deep.equal([foreign]);
    }
  });
});

describe('findDifference', () => {
  const metadata = toMetadata({ spec, owner, claim: {} });
  const volume: Volume = { ...spec, state: 'Started', metadata };
  const asked = { spec, owner, range };

  it('finds none in what the request made', () => {
    expect(findDifference(volume, asked)).to.equal(undefined);
  });

  const cases: [string, Partial<Volume>, RegExp][] = [
    ['no mark', { metadata: {} }, /was not made by/],
    ['a newer format', { metadata: { ...metadata, format: '2' } }, /newer version/],
    ['another CSI name', { metadata: { ...metadata, 'csi-name': 'x' } }, /another name/],
    [
      'another class',
      { metadata: { ...metadata, class: '{"zones":["b"]}' } },
      /differs in layout, brickType, zones, options/,
    ],
    ['an unreadable class', { metadata: { ...metadata, class: 'x' } }, /differs in/],
    ['no size', { capacityBytes: undefined }, /no known size/],
    ['too small', { capacityBytes: 1n }, /not within/],
  ];
  for (const [what, change, words] of cases) {
    it(`finds ${what}`, () => {
      expect(findDifference({ ...volume, ...change }, asked)).to.match(words);
    });
  }

  it('reads a class with its keys in another order as the same', () => {
    const { layout, brickType, zones, options } = spec;
    const reordered = JSON.stringify({ options, zones, brickType, layout });
    expect(findDifference({ ...volume, metadata: { ...metadata, class: reordered } }, asked)).to.equal(
      undefined,
    );
  });
});
