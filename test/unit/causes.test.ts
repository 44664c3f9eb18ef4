import { expect } from 'chai';
import { describeCauses } from '../../src/control/causes.ts';
import { Fault } from '../../src/control/fault.ts';

describe('describeCauses', () => {
  it('tells the chain of causes, a Fault in a line and a bug with its stack', () => {
    const bug = new TypeError('x is not a function');
    const fault = new Fault('uncertain', 'making failed', {
      cause: new Fault('busy', 'locked', { cause: bug }),
    });
    const told = describeCauses(fault);
    expect(told[0]).to.equal('busy: locked');
    expect(told[1]).to.match(/^TypeError: x is not a function\n\s+at /);
    expect(told).to.have.length(2);
  });

  it('tells both halves of a failure whose undo failed', () => {
    const stack = new DisposableStack();
    stack.defer(() => {
      throw new Fault('unreachable', 'the undo');
    });
    let both: unknown;
    try {
      using _undo = stack;
      throw new Fault('exhausted', 'the work');
    } catch (error) {
      both = error;
    }
    const told = describeCauses(new Fault('uncertain', 'both failed', { cause: both }));
    expect(told.slice(1)).to.deep.equal(['unreachable: the undo', 'exhausted: the work']);
  });

  it('ends, though causes go in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(describeCauses(error)).to.have.length(8);
  });
});
