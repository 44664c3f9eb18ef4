import { expect } from 'chai';
import { toBackend } from '../../src/glusterd2/backend.ts';
import { createClient } from '../../src/glusterd2/http.ts';
import { parseVolumeName, type VolumeName } from '../../src/volumes/ids.ts';
import { toClassText } from '../../src/volumes/metadata.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';
import { backendContract, call } from './backend.ts';
import { type ExchangeSubject, exchangeContract } from './exchange.ts';
import { raceViews } from './race-views.ts';
import { snapshotContract } from './snapshots.ts';

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
snapshotContract('the gateway over a pool in memory', makeSubject);

describe('views over several gateways', () => {
  it('are there when told, and gone when deleted, while a controller at each makes and deletes them', async () => {
    await using subject = await makeSubject();
    const { backend, others = [], volumeClass, sizeBytes } = subject;
    const source = parseVolumeName('source');
    const snapshot = parseVolumeName('snapshot');
    const kept = { format: '1', owner: 'file.csi.gluster.org', class: toClassText(volumeClass) };
    const spec = { ...volumeClass, name: source, csiName: source, capacityBytes: sizeBytes };
    await backend.create(spec, kept, call());
    await backend.start(source, call());
    await backend.createSnapshot({ name: snapshot, source, metadata: kept }, call());
    const race = { backends: [backend, ...others], snapshot, volumeClass, sizeBytes };
    expect(await raceViews({ ...race, rounds: 5, callMs: 20_000 })).to.equal(15);
    const query = { key: 'view-owner', value: 'file.csi.gluster.org', after: '', limit: 9 };
    expect(await backend.list(query, call())).to.deep.equal({ volumes: [], more: false });
  });
});
