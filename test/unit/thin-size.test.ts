import { expect } from 'chai';
import { imageBytes } from '../../src/gateway/bricks/image-size.ts';
import { EXTENT_BYTES, poolBytes, thinAccount, thinBytes } from '../../src/gateway/bricks/lvm/thin-size.ts';

const MIB = 1024n ** 2n;
const SIZES = [1n, 20n * MIB, 512n * MIB, 1000n * MIB + 1n, 10n * 1024n * MIB, 2n ** 40n, 2n ** 50n];

describe('a thin brick’s account', () => {
  it('has a logical volume that takes the data, in whole extents', () => {
    for (const size of SIZES) {
      const bytes = thinBytes(thinAccount(size));
      expect(bytes >= imageBytes(size), `${size}`).to.equal(true);
      expect(bytes - imageBytes(size) < EXTENT_BYTES, `${size}`).to.equal(true);
      expect(bytes % EXTENT_BYTES).to.equal(0n);
    }
  });

  it('is what its pool takes, with metadata for eight times its chunks', () => {
    for (const size of SIZES.slice(0, -1)) {
      const account = thinAccount(size);
      const { data, metadata } = poolBytes([account]);
      expect(data).to.equal(thinBytes(account));
      expect(data + metadata <= account, `${size}`).to.equal(true);
      expect(metadata * 128n >= data || metadata === 15n * 1024n * MIB, `${size}`).to.equal(true);
    }
  });

  it('adds up: a pool has room for all members to differ in full', () => {
    const accounts = SIZES.slice(1, 4).map(thinAccount);
    const { data } = poolBytes(accounts);
    expect(data).to.equal(accounts.map(thinBytes).reduce((sum, bytes) => sum + bytes, 0n));
  });
});
