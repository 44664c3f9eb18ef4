import { toBackend } from '../../src/glusterd2/backend.ts';
import { createClient } from '../../src/glusterd2/http.ts';
import type { VolumeName } from '../../src/volumes/ids.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';
import { backendContract } from './backend.ts';
import { type ExchangeSubject, exchangeContract } from './exchange.ts';

const MIB = 1024n ** 2n;

/** The driver's client and the gateway's server together, over a pool in memory. */
async function makeSubject(): Promise<ExchangeSubject> {
  const gateways = new MemoryGateways();
  await gateways.start(3);
  const backends = gateways.gateways.map(({ host }) => {
    const baseUrls = [`http://${host}:${gateways.port}`];
    return toBackend(createClient({ baseUrls, ...gateways.driver, timeoutMs: 20_000, insecure: true }));
  });
  const [backend, ...others] = backends;
  if (backend === undefined) throw new Error('there is no gateway');
  const { clients } = gateways.pool;
  return {
    backend,
    others,
    volumeClass: {
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'loop',
      zones: [],
      options: {},
    },
    sizeBytes: 64n * MIB,
    tooLargeBytes: 1_000_000n * MIB,
    async connectClient(name: VolumeName) {
      clients.set(name, [{ kind: 'fuse', count: 1 }]);
      return { [Symbol.asyncDispose]: async () => void clients.delete(name) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(backends.map((one) => one.close()));
      await gateways.stop();
    },
  };
}

backendContract('the gateway over a pool in memory', makeSubject);
exchangeContract('the gateway over a pool in memory', makeSubject);
