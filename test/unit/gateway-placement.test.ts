import { expect } from 'chai';
import { accountOf } from '../../src/gateway/account-of.ts';
import { brickBytes, parseLayout } from '../../src/gateway/brick-layout.ts';
import {
  availableBytes,
  type CapacityQuestion,
  largestVolume,
  placeSize,
} from '../../src/gateway/capacity.ts';
import {
  NO_LIMITS,
  type PlacementRequest,
  type PlacementServer,
  place,
} from '../../src/gateway/placement.ts';
import { shortage } from '../../src/gateway/shortage.ts';

const GIB = 1n << 30n;

/** mulberry32: the same numbers on every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function server(name: string, zone: string, ...free: readonly bigint[]): PlacementServer {
  const devices = free.map((freeBytes, index) => ({
    path: `/dev${index}`,
    provisioner: 'loop' as const,
    state: 'enabled' as const,
    freeBytes,
  }));
  return { peerId: name, host: name, zone, devices };
}

function randomServers(random: (below: number) => number): readonly PlacementServer[] {
  return Array.from({ length: 1 + random(8) }, (_, index) =>
    server(`s${index}`, `z${random(4)}`, ...Array.from({ length: random(4) }, () => BigInt(random(1000)))),
  );
}

function request(change: Partial<PlacementRequest> = {}): PlacementRequest {
  return { provisioner: 'loop', subvols: 1, brickBytes: [10n, 10n, 10n], limits: NO_LIMITS, ...change };
}

function question(fields: Parameters<typeof parseLayout>[0]): CapacityQuestion {
  return { layout: parseLayout(fields), provisioner: 'loop', limits: NO_LIMITS, accountOf };
}

describe('gateway placement', () => {
  it('never puts two bricks of a set on one server, nor more on a device than it has (5,000 random pools)', () => {
    const random = seeded(1);
    let placedOnes = 0;
    for (let round = 0; round < 5_000; round += 1) {
      const servers = randomServers(random);
      const wanted = request({
        subvols: 1 + random(4),
        brickBytes: Array.from({ length: 1 + random(4) }, () => BigInt(1 + random(300))),
      });
      const placed = place(wanted, servers);
      if (placed === undefined) continue;
      placedOnes += 1;
      expect(placed).to.have.length(wanted.subvols * wanted.brickBytes.length);
      for (let subvol = 0; subvol < wanted.subvols; subvol += 1) {
        const own = placed.filter((brick) => brick.subvol === subvol).map(({ peerId }) => peerId);
        expect(new Set(own).size).to.equal(own.length);
      }
      for (const { peerId, devices } of servers) {
        for (const { path, freeBytes } of devices) {
          const taken = placed
            .filter((brick) => brick.peerId === peerId && brick.device === path)
            .reduce((sum, { brick }) => sum + (wanted.brickBytes[brick] ?? 0n), 0n);
          expect(taken <= freeBytes).to.equal(true);
        }
      }
    }
    expect(placedOnes).to.be.greaterThan(1_000);
  });

  it('uses as many zones as it can for each set (5,000 random pools)', () => {
    const random = seeded(2);
    for (let round = 0; round < 5_000; round += 1) {
      const servers = Array.from({ length: 3 + random(5) }, (_, index) =>
        server(`s${index}`, `z${random(4)}`, 1000n + BigInt(random(1000))),
      );
      const placed = place(request(), servers) ?? [];
      const zones = new Set(placed.map(({ peerId }) => servers.find((one) => one.peerId === peerId)?.zone));
      const all = new Set(servers.map(({ zone }) => zone));
      expect(zones.size).to.equal(Math.min(3, all.size));
    }
  });

  it('prefers the most unpromised space, and balances the sets of a volume', () => {
    const servers = [server('a', 'x', 100n), server('b', 'x', 300n), server('c', 'x', 200n, 250n)];
    expect(place(request({ brickBytes: [10n] }), servers)?.[0]?.peerId).to.equal('b');
    const spread = place(request({ brickBytes: [10n], subvols: 6 }), servers)?.map(({ peerId }) => peerId);
    expect(spread?.toSorted()).to.deep.equal(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('gives up spreading rather than the volume', () => {
    const servers = [server('a', 'x', 1000n), server('b', 'y', 10n)];
    expect(place(request({ brickBytes: [10n], subvols: 20 }), servers)).to.have.length(20);
  });

  it('obeys the limits, by id or by name, and leaves out disabled devices and other provisioners', () => {
    const servers = ['a', 'b', 'c', 'd'].map((name) => server(name, `zone-${name}`, 100n));
    const peers = (limits: Partial<typeof NO_LIMITS>) =>
      place(request({ limits: { ...NO_LIMITS, ...limits } }), servers)
        ?.map(({ peerId }) => peerId)
        .toSorted();
    expect(peers({ excludePeers: ['a'] })).to.deep.equal(['b', 'c', 'd']);
    expect(peers({ excludeZones: ['zone-b'] })).to.deep.equal(['a', 'c', 'd']);
    expect(peers({ zones: ['zone-a', 'zone-c', 'zone-d'] })).to.deep.equal(['a', 'c', 'd']);
    expect(peers({ peers: ['a', 'b'] })).to.equal(undefined);
    const disabled = servers.map((one) => ({
      ...one,
      devices: one.devices.map((device) => ({ ...device, state: 'disabled' as const })),
    }));
    expect(place(request(), disabled)).to.equal(undefined);
    expect(place(request({ provisioner: 'directory' }), servers)).to.equal(undefined);
  });
});

describe('gateway capacity', () => {
  const servers = [server('a', 'x', 100n * GIB), server('b', 'y', 50n * GIB), server('c', 'z', 80n * GIB)];

  it('finds a largest volume that fits, and one a little larger that does not', () => {
    const layouts = [{}, { replica: 3 }, { replica: 2, arbiter: 1 }, { disperse: 3 }, { distribute: 2 }];
    for (const layout of layouts) {
      const asked = question(layout);
      const largest = largestVolume(asked, servers);
      expect(placeSize(asked, largest, servers), JSON.stringify(layout)).to.not.equal(undefined);
      expect(placeSize(asked, largest + 4n * 1024n * 1024n, servers), JSON.stringify(layout)).to.equal(
        undefined,
      );
    }
  });

  it('is bounded by the smallest server for replica 3, by the largest for a plain volume', () => {
    expect(Number(largestVolume(question({ replica: 3 }), servers) / GIB)).to.be.within(48, 50);
    expect(Number(largestVolume(question({}), servers) / GIB)).to.be.within(97, 100);
    expect(Number(availableBytes(question({}), servers) / GIB)).to.be.within(220, 230);
  });

  it('is nothing without enough servers', () => {
    expect(largestVolume(question({ replica: 3 }), servers.slice(1))).to.equal(0n);
    expect(availableBytes(question({ replica: 3 }), [])).to.equal(0n);
  });
});

describe('gateway shortage', () => {
  it('says the same whichever gateway found out, and names servers in order', () => {
    const servers = [server('g1', 'a', GIB), server('g3', 'c', GIB), server('g2', 'b', 1n)];
    const missing = ['g5', 'g4'].map((host) => ({ host, reason: 'it is down' }));
    const unplaced = { volume: 'pvc', size: GIB / 2n, question: question({ replica: 3 }) };
    const one = shortage({ ...unplaced, servers, missing });
    const other = shortage({ ...unplaced, servers: servers.toReversed(), missing: missing.toReversed() });
    expect(other.message).to.equal(one.message);
    expect(one.message).to.match(/; 2 have it \(g1, g3\); g4 cannot be used: .*; g5 cannot be used: /);
  });

  it('tells what snapshots hold, which may be deleted', () => {
    const servers = [server('g1', 'a', GIB), server('g2', 'b', 1n)].map((one) => ({
      ...one,
      devices: one.devices.map((device) => ({ ...device, snapshotBytes: 5n })),
    }));
    const fault = shortage({ volume: 'pvc', size: 2n * GIB, question: question({}), servers, missing: [] });
    expect(fault.message).to.match(/add a loop device, or delete snapshots, which hold 10 bytes of devices$/);
  });
});

describe('gateway layout', () => {
  it('promises each brick what the volume needs', () => {
    expect(brickBytes(parseLayout({ replica: 3 }), GIB)).to.deep.equal([GIB, GIB, GIB]);
    expect(brickBytes(parseLayout({ distribute: 3 }), GIB)).to.deep.equal([GIB / 3n + 1n]);
    expect(brickBytes(parseLayout({ disperse: 3 }), GIB)).to.deep.equal([GIB / 2n, GIB / 2n, GIB / 2n]);
    const odd = brickBytes(parseLayout({ 'disperse-data': 3, 'disperse-redundancy': 1 }), GIB)[0] ?? 0n;
    expect([odd % 512n, odd * 3n >= GIB, odd * 3n < GIB + 3n * 512n]).to.deep.equal([0n, true, true]);
    const arbiter = brickBytes(parseLayout({ replica: 2, arbiter: 1 }), 16n * GIB);
    expect(arbiter).to.deep.equal([16n * GIB, 16n * GIB, GIB]);
    expect(brickBytes(parseLayout({ replica: 2, arbiter: 1 }), GIB)[2]).to.equal(100n * 1024n * 1024n);
  });

  it('understands disperse in all its spellings', () => {
    const spelled = [
      { disperse: 6 },
      { disperse: 6, 'disperse-redundancy': 2 },
      { 'disperse-data': 4, 'disperse-redundancy': 2 },
    ];
    for (const one of spelled) expect(parseLayout(one)).to.include({ kind: 'disperse', perSet: 6, data: 4 });
    expect(parseLayout({ disperse: 3 })).to.include({ perSet: 3, data: 2 });
  });

  it('refuses contradictions, naming the field', () => {
    const bad = [
      { fields: { replica: 4 }, field: 'replica' },
      { fields: { arbiter: 1 }, field: 'arbiter' },
      { fields: { replica: 3, arbiter: 1 }, field: 'arbiter' },
      { fields: { replica: 3, disperse: 3 }, field: 'disperse' },
      { fields: { disperse: 4, 'disperse-redundancy': 2 }, field: 'disperse-redundancy' },
      { fields: { disperse: 2 }, field: 'disperse-redundancy' },
      { fields: { disperse: 5, 'disperse-data': 2, 'disperse-redundancy': 1 }, field: 'disperse' },
      { fields: { distribute: 1000 }, field: 'distribute' },
    ];
    for (const { fields, field } of bad) {
      expect(() => parseLayout(fields), JSON.stringify(fields)).to.throw(new RegExp(`^${field}: `));
    }
  });
});
