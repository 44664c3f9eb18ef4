import { toBackend } from '../../src/glusterd2/backend.ts';
import { createClient } from '../../src/glusterd2/http.ts';
import { MemoryBlockBackend } from '../fakes/memory-block-backend.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';
import { blockBackendContract } from './block-backend.ts';

const MIB = 1024n ** 2n;
const SIZES = { sizeBytes: 64n * MIB, tooLargeBytes: 10_000_000n * MIB };

blockBackendContract('a cluster in memory', async () => ({
  ...SIZES,
  backend: new MemoryBlockBackend(),
  [Symbol.asyncDispose]: async () => {},
}));

/** The driver's client and the gateway's server together, over a pool in memory. */
blockBackendContract('the gateway over a pool in memory', async () => {
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
});
