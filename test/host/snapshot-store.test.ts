import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureNative } from '../../scripts/setup/native.ts';
import { createStores } from '../../src/gateway/bricks/create-brick-store.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { snapshotStoreContract } from '../contract/snapshot-store.ts';
import { command, makeOuterXfs, testCall } from './outer-xfs.ts';

snapshotStoreContract('The snapshot store on real file systems', async () => {
  const outer = await makeOuterXfs(2, 3 * 1024 ** 3);
  const stores = createStores({
    deviceRoots: [outer.root],
    freezer: createFreezer({ program: await ensureNative('freeze'), cgroups: undefined }),
    cleanBrick: await ensureNative('clean-brick'),
  });
  for (const device of outer.devices) await stores.bricks.addDevice(device, 'loop', testCall());
  return {
    stores,
    devices: outer.devices,
    write: (path, content) => writeFile(join(path, 'file'), content),
    read: (path) => readFile(join(path, 'file'), 'utf8').catch(() => undefined),
    breakFreeze: async (path) => void (await command('fsfreeze', ['--unfreeze', dirname(path)])),
    [Symbol.asyncDispose]: () => outer[Symbol.asyncDispose](),
  };
});
