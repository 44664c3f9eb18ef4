import { toBackend } from '../../src/glusterd2/backend.ts';
import { createClient } from '../../src/glusterd2/http.ts';
import { MemoryBlockBackend } from '../fakes/memory-block-backend.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';
import { type BlockSubject, blockBackendContract } from './block-backend.ts';
import { blockSnapshotContract } from './block-snapshots.ts';

const MIB = 1024n ** 2n;
const SIZES = { sizeBytes: 64n * MIB, tooLargeBytes: 10_000_000n * MIB };

const inMemory = async (): Promise<BlockSubject> => ({
  ...SIZES,
  backend: new MemoryBlockBackend(),
  [Symbol.asyncDispose]: async () => {},
});

/** The driver's client and the gateway's server together, over a pool in memory. */
const throughGateway = async (): Promise<BlockSubject> => {
  const gateways = new MemoryGateways();
  await gateways.start(3);
  const baseUrls = gateways.gateways.map(({ host }) => `http://${host}:${gateways.port}`);
  const rest = toBackend(createClient({ baseUrls, ...gateways.driver, timeoutMs: 20_000, insecure: true }));
  return {
    ...SIZES,
    backend: rest.block,
    async [Symbol.asyncDispose]() {
      await rest.close();
      await gateways.stop();
    },
  };
};

for (const [name, makeSubject] of [
  ['a cluster in memory', inMemory],
  ['the gateway over a pool in memory', throughGateway],
] as const) {
  blockBackendContract(name, makeSubject);
  blockSnapshotContract(name, makeSubject);
}
