import { ensureNative } from '../../scripts/setup/native.ts';
import type { BrickStore } from '../../src/gateway/bricks/brick-store.ts';
import { createStores } from '../../src/gateway/bricks/create-brick-store.ts';
import { largeBytes, RECORD, requestsOn, SNAPSHOT, smallBytes, VOLUME } from './brick-crash.ts';

/** Does one act on a brick store and kills itself, as kill -9 does, at the Nth step of it. */
const [root = '', act = '', token = '', step = '0'] = process.argv.slice(2);
let left = Number(step);
const { bricks: store, restores } = createStores({
  deviceRoots: [root],
  cleanBrick: await ensureNative('clean-brick'),
  onStep: async () => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
const call = { id: 'child', signal: AbortSignal.timeout(60_000) };

const acts: Readonly<Record<string, (store: BrickStore) => Promise<unknown>>> = {
  reserve: (bricks) => bricks.reserve(token, requestsOn(root, smallBytes), call),
  use: (bricks) => bricks.use(VOLUME, token, RECORD, call),
  undo: (bricks) => bricks.undo(VOLUME, token, call),
  grow: (bricks) => bricks.grow(VOLUME, () => largeBytes, call),
  remove: async (bricks) => {
    await bricks.markDeleting(VOLUME, call);
    await bricks.remove(VOLUME, call);
  },
  mountAll: (bricks) => bricks.mountAll(call),
  restore: async () => {
    await restores.prepare(VOLUME, SNAPSHOT, token, call);
    for (const step of ['close', 'open', 'finish'] as const) await restores[step](VOLUME, token, call);
  },
  'undo-restore': () => restores.undo(VOLUME, token, call),
};
await acts[act]?.(store);
