import { createBrickStore } from '../../../src/gateway/bricks/create-brick-store.ts';
import { PATIENCE } from '../../pool/lab/patience.ts';
import { GROWN, RECORD, requestOn, SMALL, VOLUME } from './store-acts.ts';

/** What thin bricks do in their own way; for all other steps test/host/brick-crash.test.ts stands. */
const STEPS = new Set([
  ...['group', 'records', 'mkfs-records', 'mount-records', 'mark'],
  ...['fit-pool', 'thin-volume', 'mkfs', 'thin-done', 'extend', 'mount', 'growfs', 'brick-directory'],
  ...['remove-volume', 'remove-pool'],
]);

/** Does one act on a store with thin bricks and kills itself, as kill -9 does, at the Nth of these steps. */
const [disk = '', mountRoot = '', act = '', step = '0'] = process.argv.slice(2);
let left = Number(step);
const store = createBrickStore({
  deviceRoots: [],
  lvm: { disks: [disk], mountRoot },
  onStep: async (name) => {
    if (!STEPS.has(name)) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
const call = { id: 'child', signal: AbortSignal.timeout(120_000 * PATIENCE) };

const acts: Readonly<Record<string, () => Promise<unknown>>> = {
  addDevice: () => store.addDevice(disk, 'lvm', call),
  reserve: async () => store.reserve('dead', [requestOn(await directoryOf(), SMALL)], call),
  grow: () => store.grow(VOLUME, () => GROWN, call),
  use: () => store.use(VOLUME, 'dead', RECORD, call),
  remove: async () => {
    await store.markDeleting(VOLUME, call);
    await store.remove(VOLUME, call);
  },
};
await acts[act]?.();

async function directoryOf(): Promise<string> {
  const [device] = await store.devices(call);
  if (device === undefined) throw new Error(`${disk} is no device`);
  return device.path;
}
