import { expect } from 'chai';
import type { Call } from '../../src/control/call.ts';
import { Fault, isFault } from '../../src/control/fault.ts';
import { toTimestamp } from '../../src/csi/timestamp.ts';
import { toStatus } from '../../src/grpc/status.ts';
import { chooseCloneCapacity, requireSameBricks } from '../../src/volumes/clone-rules.ts';
import { cloneVolume } from '../../src/volumes/clone-volume.ts';
import {
  formatSnapshotHandle,
  parseClusterName,
  parseSnapshotHandle,
  parseVolumeName,
  toVolumeName,
} from '../../src/volumes/ids.ts';
import { toMetadata } from '../../src/volumes/metadata.ts';
import { passingName } from '../../src/volumes/passing-snapshot.ts';
import type { VolumeSpec } from '../../src/volumes/spec.ts';
import { MemoryBackend } from '../fakes/memory-backend.ts';

/** gRPC codes that external-provisioner takes as "may be under way": CANCELLED, DEADLINE_EXCEEDED, ABORTED, UNAVAILABLE. */
const RETRIED_CODES = [1, 4, 10, 14];
const MIB = 1024n ** 2n;
const GIB = 1024n * MIB;
const owner = 'file.csi.gluster.org';
const call: Call = { id: 'unit', signal: new AbortController().signal };

function specOf(name: string, change: Partial<VolumeSpec> = {}): VolumeSpec {
  return {
    name: parseVolumeName(name),
    csiName: name,
    capacityBytes: GIB,
    layout: { kind: 'replica', copies: 3, distribute: 1 },
    brickType: 'loop',
    zones: [],
    options: {},
    ...change,
  };
}
const metadataOf = (spec: VolumeSpec) => toMetadata({ spec, owner, claim: {} });

function kindOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isFault(error)) return error.kind;
    throw error;
  }
  return 'none';
}

describe('handles of snapshots', () => {
  const cluster = parseClusterName('east');
  const name = parseVolumeName(`v${'x'.repeat(71)}`);

  it('are read back as they were written, and only as what they are', () => {
    for (const kind of ['snap', 'group'] as const) {
      const text = formatSnapshotHandle({ kind, cluster, name });
      expect(text.length).to.be.at.most(128);
      expect(parseSnapshotHandle(text, kind)).to.deep.equal({ kind, cluster, name });
      expect(parseSnapshotHandle(text, kind === 'snap' ? 'group' : 'snap')).to.equal(undefined);
    }
  });

  it('are nothing else', () => {
    const texts = ['', 'gl1:snap:east', 'gl1:snap:east:a:b', 'gl1:snap:East:a', 'gl1:snap:east:-a'];
    for (const text of [...texts, 'gl2:snap:east:a', 'gl1:snap:east:a/b', 'gl1:snap:east:all']) {
      expect(parseSnapshotHandle(text, 'snap'), text).to.equal(undefined);
    }
  });

  it('leave names of their own to what the driver takes by itself', () => {
    const spec = { name: parseVolumeName('pvc-1') };
    expect(passingName(spec)).to.match(/^clone-pvc-1-[0-9a-f]{24}$/);
    const others = ['clone-pvc-1', 'clone/pvc-1', 'clone pvc-1'].map((csiName) => toVolumeName(csiName));
    expect(others).not.to.include(passingName(spec));
  });
});

describe('the rules of a clone', () => {
  const source = { what: 'snapshot s1', capacityBytes: GIB };
  const none = { requiredBytes: 0n, limitBytes: 0n };

  it('choose a size in whole MiB, never below the source’s', () => {
    const choose = (requiredBytes: bigint, limitBytes = 0n) =>
      chooseCloneCapacity({ ...source, metadata: {} }, { requiredBytes, limitBytes });
    expect(choose(0n)).to.equal(GIB);
    expect(choose(0n, GIB)).to.equal(GIB);
    expect(choose(GIB)).to.equal(GIB);
    expect(choose(GIB + 1n)).to.equal(GIB + MIB);
    expect(kindOf(() => choose(GIB - 1n))).to.equal('out-of-range');
    expect(kindOf(() => choose(0n, GIB - 1n))).to.equal('out-of-range');
    expect(kindOf(() => choose(GIB + 1n, GIB + 2n))).to.equal('out-of-range');
    expect(kindOf(() => choose(-1n))).to.equal('invalid');
    const unknown = { what: 'snapshot s1', capacityBytes: undefined, metadata: {} };
    expect(kindOf(() => chooseCloneCapacity(unknown, none))).to.equal('wrong-state');
  });

  it('compare zones: the clone lies where the source does', () => {
    const check = (has: string[], wants: string[]) => {
      const metadata = metadataOf(specOf('v1', { zones: has }));
      return kindOf(() => requireSameBricks({ ...source, metadata }, specOf('v2', { zones: wants })));
    };
    expect(check([], [])).to.equal('none');
    expect(check(['a'], [])).to.equal('none');
    expect(check(['a'], ['a', 'b'])).to.equal('none');
    expect(check([], ['a'])).to.equal('invalid');
    expect(check(['a', 'b'], ['a'])).to.equal('invalid');
  });

  it('refuse what keeps no class, or one of another format', () => {
    for (const metadata of [{}, { format: '1' }, { format: '2', class: '{}' }, { format: '1', class: '{' }]) {
      expect(kindOf(() => requireSameBricks({ ...source, metadata }, specOf('v2')))).to.equal('invalid');
    }
  });
});

describe('a clone of a volume that fails for good', () => {
  const handle = 'gl1:volume:east:pvc-1';
  const source = { kind: 'volume', name: parseVolumeName('pvc-1'), handle } as const;
  const range = { requiredBytes: GIB, limitBytes: 0n };
  const request = { spec: specOf('clone-1'), owner, range, claim: {}, source };

  async function withVolume(): Promise<MemoryBackend> {
    const backend = new MemoryBackend();
    const spec = specOf('pvc-1');
    await backend.create(spec, metadataOf(spec), call);
    await backend.start(spec.name, call);
    return backend;
  }

  it('leaves no snapshot', async () => {
    const backend = await withVolume();
    const before = backend.state;
    backend.clone = async () => {
      throw new Fault('exhausted', 'full');
    };
    const error = await cloneVolume({ ...request, backend }, call).catch((one: unknown) => one);
    expect(isFault(error, 'exhausted')).to.equal(true);
    expect(backend.state).to.deep.equal(before);
  });

  it('is not final while its snapshot cannot be deleted', async () => {
    const backend = await withVolume();
    backend.clone = async () => {
      throw new Fault('exhausted', 'full');
    };
    backend.deleteSnapshot = async () => {
      throw new Fault('wrong-state', 'no');
    };
    const error = await cloneVolume({ ...request, backend }, call).catch((one: unknown) => one);
    expect(RETRIED_CODES).to.include(toStatus(error, 'unit').code);
  });

  for (const method of ['createSnapshot', 'clone', 'start', 'deleteSnapshot'] as const) {
    it(`is retried when a bug in ${method} may have left anything`, async () => {
      const backend = await withVolume();
      backend[method] = async () => {
        throw new TypeError('a bug');
      };
      const error = await cloneVolume({ ...request, backend }, call).catch((one: unknown) => one);
      expect(RETRIED_CODES).to.include(toStatus(error, 'unit').code);
    });
  }

  it('ends as one when two controllers do it at once, who share no locks', async () => {
    for (let round = 0; round < 20; round += 1) {
      const backend = await withVolume();
      const outcomes = await Promise.allSettled(
        [1, 2, 3].map(() => cloneVolume({ ...request, backend }, call)),
      );
      for (const one of outcomes) {
        if (one.status === 'rejected') {
          expect(RETRIED_CODES, String(one.reason)).to.include(toStatus(one.reason, 'unit').code);
        }
      }
      await cloneVolume({ ...request, backend }, call);
      expect(backend.state.volumes).to.have.length(2);
      expect(backend.state.snapshots).to.deep.equal([]);
    }
  });
});

describe('a moment for the CO', () => {
  it('is exact to the millisecond, also before 1970', () => {
    expect(toTimestamp(new Date(1_767_323_045_678))).to.deep.equal({
      seconds: '1767323045',
      nanos: 678_000_000,
    });
    expect(toTimestamp(new Date(0))).to.deep.equal({ seconds: '0', nanos: 0 });
    expect(toTimestamp(new Date(-1))).to.deep.equal({ seconds: '-1', nanos: 999_000_000 });
  });
});
