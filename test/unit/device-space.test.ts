import { expect } from 'chai';
import type { StoredDevice } from '../../src/gateway/bricks/brick-store.ts';
import { describeSpace, spaceOf } from '../../src/gateway/bricks/device-space.ts';
import { type FamilyImage, takenBytes } from '../../src/gateway/bricks/family.ts';

const GIB = 1024n ** 3n;

describe('the space of a device', () => {
  const device = (availableBytes: bigint, owedBytes: bigint, snapshots = 0): StoredDevice => ({
    path: '/srv/bricks/dev1',
    provisioner: 'loop',
    state: 'enabled',
    totalBytes: 98n * GIB,
    usedBytes: 50n * GIB,
    freeBytes: 48n * GIB,
    bricks: 1,
    snapshots,
    snapshotBytes: BigInt(snapshots) * GIB,
    sizeBytes: 100n * GIB,
    availableBytes,
    owedBytes,
  });

  it('is filling below a tenth, and overcommitted when less is left than is owed, however much that is', () => {
    expect(spaceOf(device(100n * GIB, 100n * GIB))).to.equal('enough');
    expect(spaceOf(device(10n * GIB, 0n))).to.equal('enough');
    expect(spaceOf(device(10n * GIB - 1n, 0n))).to.equal('filling');
    expect(spaceOf(device(10n * GIB - 1n, 10n * GIB - 1n))).to.equal('filling');
    expect(spaceOf(device(80n * GIB, 80n * GIB + 1n))).to.equal('overcommitted');
    expect(spaceOf(device(0n, 1n))).to.equal('overcommitted');
  });

  it('of thin bricks is never filling: they take all of it when they are made', () => {
    const thin = (availableBytes: bigint, owedBytes: bigint) =>
      spaceOf({ ...device(availableBytes, owedBytes), provisioner: 'lvm' });
    expect(thin(GIB, 0n)).to.equal('enough');
    expect(thin(GIB, 2n * GIB)).to.equal('overcommitted');
  });

  it('is told with the numbers, what snapshots hold, and what to do', () => {
    expect(describeSpace(device(90n * GIB, 0n))).to.equal('');
    expect(describeSpace(device(90n * GIB, 0n, 2))).to.equal(`2 snapshots hold ${2n * GIB} bytes`);
    expect(describeSpace(device(GIB, 0n, 1))).to.match(/has 1073741824 bytes left; 1 snapshots? hold/);
    expect(describeSpace(device(GIB, 2n * GIB))).to.match(/may still take 2147483648; remove files/);
  });
});

describe('what images take for certain', () => {
  const image = (path: string, allocated: bigint, own?: bigint): FamilyImage => ({
    family: 'a',
    path,
    file: 1n,
    allocatedBytes: allocated,
    ...(own === undefined ? {} : { blocks: { ownBytes: own, sharedBytes: allocated - own } }),
  });

  it('is what the largest of a family has, when nobody knows what they share', () => {
    expect(takenBytes([image('b', 10n), image('s', 12n)])).to.equal(12n);
    expect(takenBytes([image('b', 10n, 10n), image('s', 12n)])).to.equal(12n);
    expect(takenBytes([image('b', 10n), { ...image('c', 7n), family: 'b' }])).to.equal(17n);
  });

  it('is what each has alone and the most that one shares, when that is known', () => {
    // Ten blocks each: four are shared by both, so that sixteen are taken.
    expect(takenBytes([image('b', 10n, 6n), image('s', 10n, 6n)])).to.equal(16n);
    expect(takenBytes([image('b', 10n, 0n), image('s', 10n, 0n)])).to.equal(10n);
    expect(takenBytes([image('b', 10n, 10n), image('s', 10n, 10n)])).to.equal(20n);
  });
});
