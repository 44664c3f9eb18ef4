import { expect } from 'chai';
import type { Lab } from './lab.ts';
import { leftovers } from './leftovers.ts';
import { until } from './until.ts';

const PATIENCE_MS = 10_000;

/**
 * Expects that no server has anything left of any volume. What is in a trash folder is unlinked behind the answer,
 * so that it may take a moment.
 */
export async function expectNothingLeft(lab: Lab, when?: string): Promise<void> {
  let left: readonly string[] = [];
  await until(
    'nothing left',
    async () => {
      left = await leftovers(lab);
      return left.length === 0 || left.some((line) => !line.includes('/trash/'));
    },
    { timeoutMs: PATIENCE_MS, everyMs: 100 },
  ).catch(() => undefined);
  expect(left, when).to.deep.equal([]);
}
