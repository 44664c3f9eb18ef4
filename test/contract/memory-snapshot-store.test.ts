import { MemoryBricks } from '../fakes/memory-bricks.ts';
import { MemoryRestoreStore } from '../fakes/memory-restore-store.ts';
import { MemorySnapshotStore } from '../fakes/memory-snapshot-store.ts';
import { snapshotStoreContract } from './snapshot-store.ts';

snapshotStoreContract('MemorySnapshotStore', async () => {
  const bricks = new MemoryBricks();
  const devices = ['/srv/dev0', '/srv/dev1'];
  for (const device of devices) bricks.put(device, 3n << 30n);
  const snapshots = new MemorySnapshotStore(bricks);
  return {
    stores: { bricks, snapshots, restores: new MemoryRestoreStore(bricks, snapshots) },
    devices,
    write: async (path, content) => void bricks.contents.set(path, content),
    read: async (path) => (bricks.hasDirectory(path) ? bricks.contents.get(path) : undefined),
    breakFreeze: async () => snapshots.breakFreeze(),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
