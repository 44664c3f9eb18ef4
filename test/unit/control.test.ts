import { expect } from 'chai';
import { checkpoint } from '../../src/control/call.ts';
import { Coalescer } from '../../src/control/coalesce.ts';
import { isFault } from '../../src/control/fault.ts';
import { KeyedLocks } from '../../src/control/locks.ts';
import { Semaphore } from '../../src/control/semaphore.ts';

const never = new AbortController().signal;

describe('KeyedLocks', () => {
  it('refuses a held key, naming it, and takes none of the others', () => {
    const locks = new KeyedLocks();
    const held = locks.acquire('a');
    expect(() => locks.acquire('b', 'a'))
      .to.throw('a')
      .with.property('kind', 'busy');
    locks.acquire('b')[Symbol.dispose]();
    held[Symbol.dispose]();
    locks.acquire('a', 'b')[Symbol.dispose]();
  });

  it('frees its keys when the scope ends, also by an error', () => {
    const locks = new KeyedLocks();
    const fail = () => {
      using _held = locks.acquire('a');
      throw new Error('inside');
    };
    expect(fail).to.throw('inside');
    locks.acquire('a')[Symbol.dispose]();
  });
});

describe('Coalescer', () => {
  it('shares a read that has not begun, and never one that began before the request', async () => {
    const coalescer = new Coalescer<number>();
    const gates: (() => void)[] = [];
    let reads = 0;
    const read = () => {
      reads += 1;
      const mine = reads;
      return new Promise<number>((resolve) => gates.push(() => resolve(mine)));
    };
    const first = coalescer.run('k', read);
    const second = coalescer.run('k', read);
    const third = coalescer.run('k', read);
    gates[0]?.();
    expect(await first).to.equal(1);
    await new Promise(setImmediate);
    gates[1]?.();
    expect(await Promise.all([second, third])).to.deep.equal([2, 2]);
    expect(reads).to.equal(2);
  });

  it('reads again after a failure, and fails only those that shared it', async () => {
    const coalescer = new Coalescer<string>();
    const failed = await coalescer
      .run('k', () => Promise.reject(new Error('down')))
      .catch((error) => error.message);
    expect(failed).to.equal('down');
    expect(await coalescer.run('k', () => Promise.resolve('up'))).to.equal('up');
  });

  it('keeps keys apart', async () => {
    const coalescer = new Coalescer<string>();
    const both = await Promise.all(['a', 'b'].map((key) => coalescer.run(key, () => Promise.resolve(key))));
    expect(both).to.deep.equal(['a', 'b']);
  });
});

describe('Semaphore', () => {
  it('runs no more at once than it has permits, in the order asked', async () => {
    const semaphore = new Semaphore(2);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const task = (n: number) => async () => {
      running += 1;
      most = Math.max(most, running);
      order.push(n);
      await new Promise(setImmediate);
      running -= 1;
    };
    await Promise.all([1, 2, 3, 4, 5].map((n) => semaphore.run(never, task(n))));
    expect(most).to.equal(2);
    expect(order).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('gives its permit back after an error, and lets a waiting caller leave', async () => {
    const semaphore = new Semaphore(1);
    const gate = Promise.withResolvers<void>();
    const holder = semaphore.run(never, () => gate.promise);
    const leaver = new AbortController();
    const waiting = semaphore
      .run(leaver.signal, () => Promise.resolve('ran'))
      .catch((error) => error.message);
    leaver.abort(new Error('left'));
    expect(await waiting).to.equal('left');
    gate.reject(new Error('held'));
    expect(await holder.catch((error) => error.message)).to.equal('held');
    expect(await semaphore.run(never, () => Promise.resolve('next'))).to.equal('next');
  });
});

describe('checkpoint', () => {
  it('tells a deadline from a caller that left', () => {
    const timedOut = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    expect(() => checkpoint({ id: '1', signal: timedOut }))
      .to.throw()
      .with.property('kind', 'timed-out');
    expect(() => checkpoint({ id: '1', signal: AbortSignal.abort() }))
      .to.throw()
      .with.property('kind', 'cancelled');
    checkpoint({ id: '1', signal: never });
  });
});

describe('isFault', () => {
  it('is false for any other error', () => {
    expect(isFault(new Error('x'))).to.equal(false);
  });
});
