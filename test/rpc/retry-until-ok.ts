import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { errorOf } from './controller-harness.ts';

/** What a CO asks again after; an injected failure may leave as nothing else. */
const RETRIED = [status.UNAVAILABLE, status.ABORTED, status.DEADLINE_EXCEEDED, status.CANCELLED];

/** As a CO does. Any other error fails the test, and so does none of the tries succeeding. */
export async function retryUntilOk(act: () => Promise<unknown>, label: string): Promise<void> {
  const end = performance.now() + 10_000;
  for (;;) {
    const error = await act().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return;
    const failed = await errorOf(Promise.reject(error));
    expect(RETRIED, `${label}: ${failed.message}`).to.include(failed.code);
    if (performance.now() > end) throw new Error(`${label}: no success within 10 s: ${failed.message}`);
    await sleep(5);
  }
}
