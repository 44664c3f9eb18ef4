import type { VolumeName } from '../../src/volumes/ids.ts';
import { MemoryBackend } from '../fakes/memory-backend.ts';
import { backendContract, type ContractSubject } from './backend.ts';
import { exchangeContract } from './exchange.ts';
import { snapshotContract } from './snapshots.ts';

const MIB = 1024n ** 2n;

async function makeSubject(): Promise<ContractSubject> {
  const backend = new MemoryBackend({ deviceBytes: 30_000n * MIB });
  return {
    backend,
    volumeClass: {
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'loop',
      zones: [],
      options: {},
    },
    sizeBytes: 64n * MIB,
    tooLargeBytes: 100_000n * MIB,
    async connectClient(name: VolumeName) {
      const client = backend.connectClient(name);
      return { [Symbol.asyncDispose]: async () => client[Symbol.dispose]() };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

backendContract('the memory backend', makeSubject);
exchangeContract('the memory backend', makeSubject);
snapshotContract('the memory backend', makeSubject);
