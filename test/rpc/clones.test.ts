import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import {
  createRequest,
  errorOf,
  GIB,
  type Harness,
  MIB,
  MOUNT,
  startController,
} from './controller-harness.ts';
import { fromSnapshot, fromVolume, SNAPSHOT, SOURCE } from './snapshot-use-cases.ts';

const SOURCES = { 'a snapshot': fromSnapshot, 'a volume': fromVolume };
const size = (requiredBytes: number, limitBytes = 0) => ({ capacityRange: { requiredBytes, limitBytes } });

for (const [what, from] of Object.entries(SOURCES)) {
  describe(`a volume from ${what}`, () => {
    let harness: Harness;
    beforeEach(async () => {
      harness = await startController();
      await harness.rpc('CreateVolume', createRequest('pvc-1'));
      await harness.rpc('CreateSnapshot', { name: 'snap-1', sourceVolumeId: SOURCE });
    });
    afterEach(() => harness[Symbol.asyncDispose]());

    const clone = (change = {}, name = 'clone-1') =>
      harness.rpc('CreateVolume', createRequest(name, { ...from, ...change }));
    const refusal = async (change: object) => {
      const before = harness.backend.state;
      const error = await errorOf(clone(change));
      expect(harness.backend.state).to.deep.equal(before);
      return `${status[error.code]} ${error.details}`;
    };

    it('is started, says what it was made from, and leaves nothing beside it', async () => {
      const { volume } = await clone();
      expect(volume?.volumeId).to.equal('gl1:volume:east:clone-1');
      expect(volume?.capacityBytes).to.equal(String(GIB));
      const { type, snapshot, volume: source } = volume?.contentSource ?? expect.fail('no source');
      const id = type === 'snapshot' ? snapshot?.snapshotId : source?.volumeId;
      expect(id).to.equal(from === fromSnapshot ? SNAPSHOT : SOURCE);
      const [, made] = harness.backend.state.volumes;
      expect(made?.state).to.equal('Started');
      expect(made?.metadata).to.deep.include({
        source: id,
        'clone-bytes': String(GIB),
        'csi-name': 'clone-1',
      });
      expect(harness.backend.state.snapshots).to.have.length(1);
      const got = await harness.rpc('ControllerGetVolume', { volumeId: 'gl1:volume:east:clone-1' });
      expect(got.volume).to.deep.equal(volume);
      const { entries } = await harness.rpc('ListVolumes', {});
      expect(entries.map((entry) => entry.volume?.contentSource === null)).to.deep.equal([false, true]);
      expect(entries[0]?.volume).to.deep.equal(volume);
      expect((await harness.rpc('ListSnapshots', {})).entries).to.have.length(1);
    });

    it('has the source’s size when none is asked for, and more when more is', async () => {
      const plain = await clone({ capacityRange: null });
      expect(plain.volume?.capacityBytes).to.equal(String(GIB));
      const larger = await clone(size(GIB + 1), 'clone-2');
      expect(larger.volume?.capacityBytes).to.equal(String(GIB + MIB));
    });

    it('is not smaller than its source', async () => {
      for (const range of [size(GIB / 2), size(GIB - 1), size(0, GIB - MIB), size(0, GIB - 1)]) {
        expect(await refusal(range)).to.match(
          /^OUT_OF_RANGE capacity_range: .* has 1073741824 bytes and a clone at least as many; ask for 1073741824 or more/,
        );
      }
    });

    it('has the source’s layout, brick type and places', async () => {
      const asks: [Record<string, string>, RegExp][] = [
        [{ replica: '1' }, /has layout .*"copies":3.* the class asks for .*"plain"/],
        [{ replica: '3', arbiter: '1' }, /asks for .*"arbiter"/],
        [{ disperse: '3' }, /asks for .*"disperse"/],
        [{ distribute: '2' }, /asks for .*"distribute":2/],
        [{ brickType: 'directory' }, /has brickType "loop" and the class asks for "directory"/],
        [{ zones: 'a' }, /may lie in other zones than the class's a, .* leave zones out/],
      ];
      for (const [parameters, words] of asks) {
        const told = await refusal({ parameters });
        expect(told).to.match(/^INVALID_ARGUMENT volume_content_source: /);
        expect(told).to.match(words);
      }
    });

    it('has options of its own class', async () => {
      await clone({ parameters: { options: 'performance.quick-read=off' } });
      const made = harness.backend.state.volumes.find(({ name }) => name === 'clone-1');
      expect(made?.metadata['class']).to.include('"options":{"performance.quick-read":"off"}');
    });

    it('is the same for the same request, also once it was expanded, and a conflict for another', async () => {
      const { volume } = await clone();
      expect((await clone()).volume).to.deep.equal(volume);
      await harness.rpc('ControllerExpandVolume', { volumeId: volume?.volumeId ?? '', ...size(2 * GIB) });
      expect((await clone()).volume?.capacityBytes).to.equal(String(2 * GIB));
      await harness.rpc('CreateSnapshot', { name: 'snap-2', sourceVolumeId: SOURCE });
      const other = { volumeContentSource: { snapshot: { snapshotId: 'gl1:snap:east:snap-2' } } };
      const empty = { volumeContentSource: null };
      for (const change of [other, empty, size(3 * GIB), { parameters: { options: 'a.b=1' } }]) {
        expect(await refusal(change)).to.match(/^ALREADY_EXISTS volume clone-1 exists and /);
      }
      expect(await refusal(empty)).to.match(/was made from gl1:.*, not empty/);
    });

    it('is not made of what is full, and leaves nothing', async () => {
      expect(await refusal(size(8_000_000 * GIB))).to.match(/^RESOURCE_EXHAUSTED .* are free/);
    });

    it('is a volume of its own: its source may go, and it may be cloned again', async () => {
      await clone();
      await harness.rpc('DeleteSnapshot', { snapshotId: SNAPSHOT });
      await harness.rpc('DeleteVolume', { volumeId: SOURCE });
      const again = { volumeContentSource: { volume: { volumeId: 'gl1:volume:east:clone-1' } } };
      const { volume } = await clone(again, 'clone-2');
      expect(volume?.contentSource?.volume?.volumeId).to.equal('gl1:volume:east:clone-1');
    });

    it('may be one of many at a time', async () => {
      const names = ['a', 'b', 'c', 'd'];
      const outcomes = await Promise.allSettled(names.map((name) => clone({}, name)));
      for (const one of outcomes) {
        if (one.status === 'rejected') expect(one.reason.code, one.reason.details).to.equal(status.ABORTED);
      }
      for (const name of names) await clone({}, name);
      expect(harness.backend.state.volumes).to.have.length(5);
      expect(harness.backend.state.snapshots).to.have.length(1);
    });
  });
}

describe('a volume from a volume, for readers', () => {
  it('is made like any other: its source changes, so that none is shared', async () => {
    await using harness = await startController();
    await harness.rpc('CreateVolume', createRequest('pvc-1'));
    const accessMode = { mode: 'MULTI_NODE_READER_ONLY' } as const;
    const request = { ...fromVolume, volumeCapabilities: [{ ...MOUNT, accessMode }] };
    const { volume } = await harness.rpc('CreateVolume', createRequest('clone-1', request));
    expect(volume?.volumeId).to.equal('gl1:volume:east:clone-1');
  });
});

describe('a volume from what is not there', () => {
  let harness: Harness;
  before(async () => {
    harness = await startController(['east', 'west']);
    await harness.rpc('CreateVolume', createRequest('pvc-1', { parameters: { cluster: 'east' } }));
  });
  after(() => harness[Symbol.asyncDispose]());

  const refused: [what: string, source: object, code: status, words: RegExp][] = [
    ['no snapshot', { snapshot: { snapshotId: '' } }, status.INVALID_ARGUMENT, /snapshot_id: is missing/],
    ['no volume', { volume: { volumeId: '' } }, status.INVALID_ARGUMENT, /volume_id: is missing/],
    ['nothing', {}, status.INVALID_ARGUMENT, /neither a snapshot nor a volume/],
    ['a gone snapshot', { snapshot: { snapshotId: SNAPSHOT } }, status.NOT_FOUND, /snap-1 does not exist/],
    [
      'a strange snapshot',
      { snapshot: { snapshotId: 'non-existing' } },
      status.NOT_FOUND,
      /none of this driver's snapshots/,
    ],
    [
      'a volume as a snapshot',
      { snapshot: { snapshotId: SOURCE } },
      status.NOT_FOUND,
      /none of this driver's snapshots/,
    ],
    [
      'a gone volume',
      { volume: { volumeId: 'gl1:volume:east:ghost' } },
      status.NOT_FOUND,
      /ghost does not exist/,
    ],
    ['a strange volume', { volume: { volumeId: 'x' } }, status.NOT_FOUND, /none of this driver's volumes/],
    [
      'a directory',
      { volume: { volumeId: 'gl1:subvol:east:pvc-1/a' } },
      status.INVALID_ARGUMENT,
      /is a directory, which cannot be/,
    ],
  ];
  for (const [what, volumeContentSource, code, words] of refused) {
    it(`is refused: ${what}`, async () => {
      const before = harness.backend.state;
      const error = await errorOf(
        harness.rpc('CreateVolume', createRequest('clone-1', { volumeContentSource })),
      );
      expect(status[error.code], error.details).to.equal(status[code]);
      expect(error.details).to.match(words);
      expect(harness.backend.state).to.deep.equal(before);
    });
  }

  it('is made in the source’s cluster when the class names none, and refused in another', async () => {
    const { volume } = await harness.rpc('CreateVolume', createRequest('clone-1', fromVolume));
    expect(volume?.volumeId).to.equal('gl1:volume:east:clone-1');
    const west = { ...fromVolume, parameters: { cluster: 'west' } };
    const error = await errorOf(harness.rpc('CreateVolume', createRequest('clone-2', west)));
    expect(error.details).to.match(/is in cluster east and the class makes volumes in west/);
  });

  it('is refused when somebody else made the source', async () => {
    const name = parseVolumeName('theirs');
    const layout = { kind: 'plain', distribute: 1 } as const;
    harness.backend.addForeign({ name, capacityBytes: 5n, state: 'Started', layout, metadata: {} });
    const volumeContentSource = { volume: { volumeId: 'gl1:volume:east:theirs' } };
    const error = await errorOf(
      harness.rpc('CreateVolume', createRequest('clone-3', { volumeContentSource })),
    );
    expect(error.code).to.equal(status.INVALID_ARGUMENT);
    expect(error.details).to.match(/volume theirs was not made by/);
  });
});
