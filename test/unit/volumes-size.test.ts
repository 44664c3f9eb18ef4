import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import {
  chooseCapacity,
  isWithin,
  MAXIMUM_BYTES,
  MIB,
  MINIMUM_BYTES,
} from '../../src/volumes/capacity-range.ts';
import { randomFrom } from './random.ts';

const choose = (requiredBytes: bigint, limitBytes = 0n) => chooseCapacity({ requiredBytes, limitBytes });

describe('chooseCapacity', () => {
  it('promises whole MiB, and 1 GiB or what the limit allows when nothing is required', () => {
    expect(choose(0n)).to.equal(1024n * MIB);
    expect(choose(0n, 100n * MIB + 5n)).to.equal(100n * MIB);
    expect(choose(0n, 9_000n * MIB)).to.equal(1024n * MIB);
    expect(choose(1n)).to.equal(MINIMUM_BYTES);
    expect(choose(30n * MIB)).to.equal(30n * MIB);
    expect(choose(30n * MIB + 1n, 31n * MIB)).to.equal(31n * MIB);
    expect(choose(MAXIMUM_BYTES)).to.equal(MAXIMUM_BYTES);
  });

  it('chooses within the range and the bounds, or refuses', () => {
    const random = randomFrom(7);
    for (let i = 0; i < 5000; i += 1) {
      const scale = 2 ** Math.floor(random() * 62);
      const range = {
        requiredBytes: BigInt(Math.floor(random() * scale)),
        limitBytes: random() < 0.3 ? 0n : BigInt(Math.floor(random() * scale * 2)),
      };
      const chosen = chosenOrKind(range);
      if (typeof chosen === 'string') {
        expect(['invalid', 'out-of-range']).to.include(chosen);
        continue;
      }
      expect(isWithin(chosen, range), `${range.requiredBytes}-${range.limitBytes}: ${chosen}`).to.equal(true);
      expect(chosen % MIB).to.equal(0n);
      expect(chosen >= MINIMUM_BYTES && chosen <= MAXIMUM_BYTES).to.equal(true);
    }
  });

  it('refuses only what no volume can satisfy', () => {
    for (const limitMib of [20n, 21n, 1000n]) {
      const limitBytes = limitMib * MIB;
      for (const requiredBytes of [1n, limitBytes - 1n, limitBytes]) {
        expect(chosenOrKind({ requiredBytes, limitBytes }), String(requiredBytes)).to.be.a('bigint');
      }
    }
  });
});

function chosenOrKind(range: { requiredBytes: bigint; limitBytes: bigint }): bigint | string {
  try {
    return chooseCapacity(range);
  } catch (error) {
    if (isFault(error)) return error.kind;
    throw error;
  }
}
