import { MemoryBackend } from '../fakes/memory-backend.ts';
import { backendContract } from './backend.ts';

const MIB = 1024n ** 2n;

backendContract('the memory backend', async () => {
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
    async connectClient(name) {
      const client = backend.connectClient(name);
      return { [Symbol.asyncDispose]: async () => client[Symbol.dispose]() };
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
