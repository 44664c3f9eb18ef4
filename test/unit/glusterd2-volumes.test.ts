import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { toCreateRequest, toWireBytes } from '../../src/glusterd2/create-request.ts';
import { toCapacity } from '../../src/glusterd2/device-capacity.ts';
import type { Device } from '../../src/glusterd2/device-wire.ts';
import { toVolume } from '../../src/glusterd2/to-volume.ts';
import { type Peer, volumeCreateRequest, volumeInfo } from '../../src/glusterd2/wire.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import type { Layout, VolumeSpec } from '../../src/volumes/spec.ts';

const GIB = 1024n ** 3n;

function recorded(name: string): Record<string, unknown> {
  const url = new URL(`../fixtures/glusterd2/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')).response.body;
}

function read(body: Record<string, unknown>) {
  return toVolume(volumeInfo.parse(body));
}

function spec(layout: Layout, change: Partial<VolumeSpec> = {}): VolumeSpec {
  const name = parseVolumeName('v1');
  return {
    name,
    csiName: 'v1',
    capacityBytes: GIB,
    layout,
    brickType: 'loop',
    zones: [],
    options: {},
    ...change,
  };
}

describe('volumes of glusterd2', () => {
  it('reads the recorded layouts', () => {
    expect(read(recorded('smart-create'))?.layout).to.deep.equal({ kind: 'plain', distribute: 1 });
    expect(read(recorded('vol-create-dist'))?.layout).to.deep.equal({ kind: 'plain', distribute: 2 });
    const replica = { kind: 'replica', copies: 3 };
    expect(read(recorded('smart-rep3-create'))?.layout).to.deep.equal({ ...replica, distribute: 1 });
    expect(read(recorded('smart-dist2-rep3-overlap'))?.layout).to.deep.equal({ ...replica, distribute: 2 });
    const disperse = { kind: 'disperse', data: 2, redundancy: 1, distribute: 1 };
    expect(read(recorded('smart-disp-create'))?.layout).to.deep.equal(disperse);
  });

  it('knows an arbiter in each form it is told in', () => {
    const base = recorded('smart-rep3-create');
    const [subvol] = base['subvols'] as Record<string, unknown>[];
    const bricks = subvol?.['bricks'] as object[];
    const forms = [
      { ...base, 'replica-count': 2, 'arbiter-count': 1 },
      { ...base, 'replica-count': 3, 'arbiter-count': 1 },
      { ...base, subvols: [{ ...subvol, 'arbiter-count': 1 }] },
      {
        ...base,
        subvols: [{ ...subvol, bricks: [...bricks.slice(0, 2), { ...bricks[2], type: 'Arbiter' }] }],
      },
    ];
    for (const form of forms) expect(read(form)?.layout).to.deep.equal({ kind: 'arbiter', distribute: 1 });
  });

  it("hides the server's own metadata, and has no capacity where there is none", () => {
    const volume = read(recorded('smart-rep3-create'));
    expect(volume).to.deep.include({ capacityBytes: GIB, state: 'Created', metadata: { VolumeOwner: 'x' } });
    expect(read(recorded('vol-info'))?.capacityBytes).to.equal(undefined);
  });

  it('passes over a volume whose name could not be ours', () => {
    expect(read({ ...recorded('smart-create'), name: 'x'.repeat(200) })).to.equal(undefined);
  });

  it('puts each layout into glusterd2 words that its own schema takes', () => {
    const zones = { 'subvolume-zones-overlap': true };
    const cases: [Layout, object][] = [
      [{ kind: 'plain', distribute: 1 }, { distribute: 1 }],
      [
        { kind: 'replica', copies: 3, distribute: 2 },
        { replica: 3, distribute: 2, ...zones },
      ],
      [
        { kind: 'arbiter', distribute: 1 },
        { replica: 2, arbiter: 1, distribute: 1 },
      ],
      [
        { kind: 'disperse', data: 4, redundancy: 2, distribute: 1 },
        { disperse: 6, 'disperse-data': 4, 'disperse-redundancy': 2, distribute: 1 },
      ],
    ];
    for (const [layout, words] of cases) {
      const request = toCreateRequest(spec(layout, { zones: ['a'] }), { k: 'v' });
      expect(request).to.deep.equal({
        name: 'v1',
        size: 1_073_741_824,
        provisioner: 'loop',
        'limit-zones': ['a'],
        options: {},
        metadata: { k: 'v' },
        ...words,
      });
      expect(volumeCreateRequest.parse(request).size).to.equal(GIB);
    }
  });

  it('refuses sizes that JSON cannot carry exactly', () => {
    expect(toWireBytes(2n ** 53n - 1n)).to.equal(Number.MAX_SAFE_INTEGER);
    expect(() => toWireBytes(2n ** 53n))
      .to.throw()
      .with.property('kind', 'out-of-range');
  });
});

describe("capacity from glusterd2's devices", () => {
  const peers = ['a', 'b', 'c', 'd'].map(peer);
  const replica3: Layout = { kind: 'replica', copies: 3, distribute: 1 };

  function peer(id: string): Peer {
    return { id, name: id, 'peer-addresses': [], 'client-addresses': [], online: true, metadata: {} };
  }

  function device(peerId: string, gib: bigint, change: Partial<Device> = {}): Device {
    return {
      device: `/dev/${peerId}${gib}`,
      provisioner: 'loop',
      state: 'enabled',
      'free-size': gib * GIB,
      'total-size': gib * GIB,
      'used-size': 0n,
      'extent-size': 0n,
      'device-used': false,
      'peer-id': peerId,
      ...change,
    };
  }

  function capacity(devices: readonly Device[], layout: Layout, zones: readonly string[] = []) {
    const of = toCapacity(devices, peers, { layout, brickType: 'loop', zones, options: {} });
    return [of.availableBytes / GIB, of.maximumVolumeBytes / GIB];
  }

  it('is bound by the smallest of as many zones as there are copies', () => {
    const three = [device('a', 10n), device('b', 8n), device('c', 6n)];
    expect(capacity(three, replica3)).to.deep.equal([6n, 6n]);
    expect(capacity(three, { kind: 'plain', distribute: 1 })).to.deep.equal([24n, 10n]);
    expect(capacity(three, { kind: 'arbiter', distribute: 1 })).to.deep.equal([12n, 8n]);
    expect(capacity(three, { kind: 'disperse', data: 2, redundancy: 1, distribute: 1 })).to.deep.equal([
      12n,
      12n,
    ]);
  });

  it('spreads over a fourth zone, and bricks over the devices of one', () => {
    const four = ['a', 'b', 'c', 'd'].map((id) => device(id, 9n));
    expect(capacity(four, replica3)).to.deep.equal([12n, 9n]);
    const split = [device('a', 5n), device('a', 4n), device('b', 9n), device('c', 9n)];
    expect(capacity(split, replica3)).to.deep.equal([9n, 5n]);
    expect(capacity(split, { ...replica3, distribute: 2 })).to.deep.equal([9n, 8n]);
  });

  it('leaves out what cannot be used', () => {
    const three = [device('a', 10n), device('b', 8n), device('c', 6n)];
    expect(capacity(three.slice(1), replica3)).to.deep.equal([0n, 0n]);
    expect(capacity(three, replica3, ['a', 'b'])).to.deep.equal([0n, 0n]);
    expect(capacity([...three.slice(1), device('a', 9n, { state: 'disabled' })], replica3)).to.deep.equal([
      0n,
      0n,
    ]);
    expect(capacity([...three.slice(1), device('a', 9n, { provisioner: 'lvm' })], replica3)).to.deep.equal([
      0n,
      0n,
    ]);
    expect(capacity([...three.slice(1), device('gone', 9n)], replica3)).to.deep.equal([0n, 0n]);
    expect(capacity([], { kind: 'plain', distribute: 1 })).to.deep.equal([0n, 0n]);
  });
});
