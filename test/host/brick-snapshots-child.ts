import { ensureNative } from '../../scripts/setup/native.ts';
import { createStores } from '../../src/gateway/bricks/create-brick-store.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { requestsOn, smallBytes } from './brick-crash.ts';
import { copiesOf, requestOf } from './brick-snapshots-facts.ts';

/** Does one act on a server's snapshots and kills itself, as kill -9 does, at the Nth step of it. */
const [root = '', act = '', token = '', step = '0'] = process.argv.slice(2);
let left = Number(step);
const { bricks, snapshots } = createStores({
  deviceRoots: [root],
  freezer: createFreezer({ program: await ensureNative('freeze'), cgroups: undefined }),
  cleanBrick: await ensureNative('clean-brick'),
  onStep: async () => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
const call = { id: 'child', signal: AbortSignal.timeout(60_000) };

const acts: Readonly<Record<string, () => Promise<unknown>>> = {
  take: async () => {
    await snapshots.prepare(token, [requestOf('s1')], call);
    await snapshots.freeze(token, 4, call);
    await snapshots.take(token, call);
    if (!(await snapshots.thaw(token, call))) throw new Error('the bricks did not stand still');
    await snapshots.commit(token, Date.now(), call);
  },
  forget: () => snapshots.forget(token, call),
  delete: async () => {
    await snapshots.markDeleting('s1', call);
    await snapshots.remove('s1', call);
  },
  copy: () => bricks.reserve(token, copiesOf(requestsOn(root, smallBytes), 'c1', 's1'), call),
};
await acts[act]?.();
