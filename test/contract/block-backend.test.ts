import { expect } from 'chai';
import { toBackend } from '../../src/glusterd2/backend.ts';
import { createClient } from '../../src/glusterd2/http.ts';
import { BLOCK_PROVIDERS, type BlockProvider } from '../../src/volumes/block/block-handle.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { MemoryBlockBackend } from '../fakes/memory-block-backend.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';
import { call } from './backend.ts';
import { type BlockSubject, blockBackendContract } from './block-backend.ts';
import { blockDoorContract } from './block-doors.ts';
import { blockSnapshotContract } from './block-snapshots.ts';
import { blockTargetContract } from './block-targets.ts';
import { THREE_COPIES } from './three-copies.ts';

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
  blockDoorContract(name, () => makeSubject('virtblock'));
  blockSnapshotContract(name, () => makeSubject('virtblock'));
}

describe('a listing of all providers through the gateway', () => {
  it('keeps those of one name on one page, for the next page begins after a name', async () => {
    await using subject = await throughGateway('virtblock');
    const { backend, sizeBytes: capacityBytes } = subject;
    const hosting = THREE_COPIES;
    for (const text of ['alone', 'same'])
      for (const provider of text === 'same' ? BLOCK_PROVIDERS : (['lio'] as const))
        await backend.create(
          { provider, name: parseVolumeName(text), csiName: 'csi', capacityBytes, hosting },
          {},
          call(),
        );
    const page = async (after: string, limit: number) => {
      const { volumes, more } = await backend.list({ after, limit }, call());
      return [volumes.map(({ provider, name }) => `${provider} ${name}`).sort(), more];
    };
    const all = BLOCK_PROVIDERS.map((provider) => `${provider} same`).sort();
    expect(await page('', 2)).to.deep.equal([['lio alone'], true]);
    expect(await page('alone', 1)).to.deep.equal([all, false]);
    expect(await page('', 4)).to.deep.equal([['lio alone', ...all].sort(), false]);
    expect(await page('same', 4)).to.deep.equal([[], false]);
  });
});
