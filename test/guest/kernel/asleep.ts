import { setTimeout as sleep } from 'node:timers/promises';

/** Not a test of its own: what a guest does while its runner is killed (test/host/guest-kernel.test.ts). */
describe('a guest', () => {
  it('sleeps', async () => {
    console.log('asleep');
    await sleep(600_000);
  });
});
