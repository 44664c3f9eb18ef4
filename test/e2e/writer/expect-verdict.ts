import { expect } from 'chai';
import { errorsIn, type Verdict } from './verdict.ts';

/** What was acknowledged is there. */
export function expectNothingLost(verdict: Verdict): Verdict {
  expect(verdict.lost, 'acknowledged records that cannot be read back').to.equal(0);
  expect(verdict.records).to.be.above(0);
  return verdict;
}

/** What was acknowledged is there, and the writer never saw an error. */
export function expectUntouched(verdict: Verdict): Verdict {
  expect(errorsIn(verdict), `errors that the writer saw: ${JSON.stringify(verdict.errors)}`).to.equal(0);
  return expectNothingLost(verdict);
}
