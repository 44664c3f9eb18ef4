import { expect } from 'chai';
import type { StoredDevice } from '../../src/gateway/bricks/brick-store.ts';
import { findCrossings, type KnownSpace } from '../../src/gateway/device-crossings.ts';

const GIB = 1024n ** 3n;

function device(availableBytes: bigint, owedBytes = 0n): StoredDevice {
  return {
    path: '/srv/bricks/dev1',
    provisioner: 'loop',
    state: 'enabled',
    totalBytes: 98n * GIB,
    usedBytes: 98n * GIB,
    freeBytes: 0n,
    bricks: 1,
    snapshots: 3,
    snapshotBytes: 30n * GIB,
    sizeBytes: 100n * GIB,
    availableBytes,
    owedBytes,
  };
}

/** The events of a device that is seen in these states, one after the other. */
function eventsOf(seen: readonly StoredDevice[]): readonly string[] {
  let known: KnownSpace = new Map();
  return seen.flatMap((one) => {
    const found = findCrossings(known, [one]);
    known = found.known;
    return found.crossings.map(({ event }) => event);
  });
}

describe('a device that gets short of space', () => {
  it('is told of once a crossing, also one that swings about the border, and when it is relieved', () => {
    const full = [device(9n * GIB), device(8n * GIB), device(11n * GIB), device(9n * GIB)];
    expect(eventsOf([device(50n * GIB), ...full])).to.deep.equal(['device.filling']);
    expect(eventsOf([...full, device(13n * GIB), device(9n * GIB)])).to.deep.equal([
      'device.filling',
      'device.relieved',
      'device.filling',
    ]);
    expect(eventsOf([device(50n * GIB), device(10n * GIB)])).to.deep.equal([]);
  });

  it('is told of again when it comes to lack what it owes, and when it does no more', () => {
    const lacking = device(5n * GIB, 6n * GIB);
    expect(eventsOf([device(9n * GIB), lacking, lacking, device(9n * GIB), device(20n * GIB)])).to.deep.equal(
      ['device.filling', 'device.overcommitted', 'device.filling', 'device.relieved'],
    );
  });

  it('is relieved at once when it is a volume group, and called by its disk', () => {
    const thin = (owedBytes: bigint): StoredDevice => ({
      ...device(5n * GIB, owedBytes),
      provisioner: 'lvm',
      source: '/dev/vdb',
    });
    expect(eventsOf([thin(6n * GIB), thin(5n * GIB)])).to.deep.equal([
      'device.overcommitted',
      'device.relieved',
    ]);
    const [crossing] = findCrossings(new Map(), [thin(6n * GIB)]).crossings;
    expect(crossing?.device).to.equal('/dev/vdb');
  });

  it('is told of with the numbers and the reason', () => {
    const [crossing] = findCrossings(new Map(), [device(5n * GIB, 6n * GIB)]).crossings;
    expect(crossing?.data).to.deep.include({
      device: '/srv/bricks/dev1',
      'file-system-free': String(5n * GIB),
      'owed-size': String(6n * GIB),
      'snapshot-size': String(30n * GIB),
    });
    expect(crossing?.data['reason']).to.match(/3 snapshots hold 32212254720 bytes/);
  });
});
