import { MemoryBlockHost } from '../fakes/memory-block-host.ts';
import type { MemoryDisk } from '../fakes/memory-disk.ts';
import { call } from './backend.ts';
import { blockHostContract, MIB } from './block-host.ts';

blockHostContract('the memory host', async () => {
  const host = new MemoryBlockHost(['hosting']);
  const disks = new Map<string, MemoryDisk>();
  let doomed = '';
  const get = (file: string): MemoryDisk => {
    const disk = disks.get(file);
    if (disk === undefined) throw new Error(`there is no ${file}`);
    return disk;
  };
  return {
    host,
    folder: '/disks',
    grow: ['xfs', 'ext4'],
    async newDisk(fate) {
      const subdirectory = `disk-${disks.size}`;
      const target = `/disks/${subdirectory}/client`;
      const disk = host.addDisk('hosting', subdirectory, 400n * MIB);
      await host.makeDirectory(target, call());
      await host.mountGluster(
        { servers: ['g1'], volume: 'hosting', subdirectory, target, options: [] },
        call(),
      );
      disks.set(`${target}/disk`, disk);
      if (fate === 'doomed') doomed = target;
      return `${target}/disk`;
    },
    doom: async () => host.setClient(doomed, 'dead'),
    resize: async (file, bytes) => {
      get(file).bytes = bytes;
    },
    scribble: async (file) => {
      get(file).content = 'other';
    },
    damage: async (file) => {
      get(file).isDamaged = true;
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
