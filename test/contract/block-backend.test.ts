import { toBackend } from '../../src/glusterd2/backend.ts';
import { createClient } from '../../src/glusterd2/http.ts';
import { BLOCK_PROVIDERS, type BlockProvider } from '../../src/volumes/block/block-handle.ts';
import { MemoryBlockBackend } from '../fakes/memory-block-backend.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';
import { type BlockSubject, blockBackendContract } from './block-backend.ts';
import { blockSnapshotContract } from './block-snapshots.ts';
import { blockTargetContract } from './block-targets.ts';

const MIB = 1024n ** 2n;
const SIZES = { sizeBytes: 64n * MIB, tooLargeBytes: 10_000_000n * MIB };

const inMemory = async (provider: BlockProvider): Promise<BlockSubject> => ({
  ...SIZES,
  provider,
  backend: new MemoryBlockBackend(),
  [Symbol.asyncDispose]: async () => {},
});

/** The driver's client and the gateway's server together, over a pool in memory. */
const throughGateway = async (provider: BlockProvider): Promise<BlockSubject> => {
  const gateways = new MemoryGateways();
  await gateways.start(3);
  const baseUrls = gateways.gateways.map(({ host }) => `http://${host}:${gateways.port}`);
  const rest = toBackend(createClient({ baseUrls, ...gateways.driver, timeoutMs: 20_000, insecure: true }));
  return {
    ...SIZES,
    provider,
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
  for (const provider of BLOCK_PROVIDERS)
    blockBackendContract(`${provider} of ${name}`, () => makeSubject(provider));
  for (const provider of ['lio', 'gluster-block'] as const)
    blockTargetContract(`${provider} of ${name}`, () => makeSubject(provider));
  blockSnapshotContract(name, () => makeSubject('virtblock'));
}
