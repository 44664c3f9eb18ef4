import { randomUUID } from 'node:crypto';
import { Fault } from '../../src/control/fault.ts';
import type { GlusterSnapshots } from '../../src/gateway/gluster-cli/gluster.ts';
import type { MemoryPool } from './memory-gluster.ts';

/** Gluster's own snapshots, which count on their volume and keep it. */
export function memorySnapshots(pool: MemoryPool): GlusterSnapshots {
  const count = (volume: string, step: number) => {
    const source = pool.get(volume);
    pool.volumes.set(volume, { ...source, snapshotCount: source.snapshotCount + step });
  };
  return {
    async snapshot(name) {
      pool.note('snapshot info');
      return pool.snapshots.get(name);
    },
    async createSnapshot({ name, volume, description }) {
      pool.note('snapshot create');
      if (pool.snapshots.has(name)) throw new Fault('conflict', `Snapshot ${name} already exists`);
      if (pool.get(volume).state !== 'Started')
        throw new Fault('wrong-state', `volume ${volume} is not started`);
      count(volume, 1);
      const glusterName = randomUUID().replaceAll('-', '');
      const createdAt = Math.floor(Date.now() / 1000) * 1000;
      pool.snapshots.set(name, { name, volume, description, glusterName, createdAt });
    },
    async deleteSnapshot(name) {
      pool.note('snapshot delete');
      const found = pool.snapshots.get(name);
      if (found !== undefined) count(found.volume, -1);
      pool.snapshots.delete(name);
    },
  };
}
