import { expect } from 'chai';
import type { Fault } from '../../src/control/fault.ts';
import { Secret } from '../../src/control/secret.ts';
import type { BlockBackend, BlockPublishing, BlockVolume } from '../../src/volumes/block/block-backend.ts';
import { BLOCK_PROVIDERS, type BlockProvider } from '../../src/volumes/block/block-handle.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { call, faultOf } from './backend.ts';
import { type BlockSubject, keptOf, nodeAt } from './block-backend.ts';
import { THREE_COPIES } from './three-copies.ts';

const ONE = nodeAt('node-1', ['10.0.0.1'], false);
const TWO = nodeAt('node-2', ['10.0.0.2'], false);
const CHAP = {
  username: 'nodes',
  password: new Secret('secret-of-the-nodes'),
  mutual: { username: 'target', password: new Secret('secret-of-the-target') },
};

/** What every BlockBackend promises of block volumes over iSCSI. */
export function blockTargetContract(name: string, makeSubject: () => Promise<BlockSubject>): void {
  describe(`${name} tells where a disk over iSCSI is`, () => {
    let subject: BlockSubject;
    let backend: BlockBackend;
    let provider: BlockProvider;
    let volume: BlockVolume;
    let made = 0;
    before(async () => {
      subject = await makeSubject();
      ({ backend, provider } = subject);
    });
    after(() => subject[Symbol.asyncDispose]());
    beforeEach(async () => {
      made += 1;
      const spec = {
        provider,
        name: parseVolumeName(`lun-${made}`),
        csiName: 'csi',
        capacityBytes: subject.sizeBytes,
        hosting: THREE_COPIES,
      } as const;
      const created = await backend.create(spec, {}, call());
      if (created === 'exists') throw new Error(`${spec.name} is there already`);
      volume = created;
    });

    const publish = (publishing: BlockPublishing) => backend.publish(volume, publishing, call());

    it('with each publish, the same as long as the node has it', async () => {
      const { target, ...published } = await publish(ONE);
      expect(target).to.have.all.keys('iqn', 'portals', 'lun', 'wwn');
      expect(target?.portals[0]).to.match(/^[0-9.]+:3260$/);
      expect([target?.iqn, target?.wwn, target?.lun]).to.satisfy(
        ([iqn, wwn, lun]: [string, string, number]) => iqn.startsWith('iqn.') && wwn !== '' && lun === 0,
      );
      expect(published).to.deep.include({ ...volume, published: [keptOf(provider, ONE)] });
      expect(await publish(ONE)).to.deep.equal({ target, ...published });
    });

    it('to the next node anew: what the last one was told may lead nowhere', async () => {
      const first = await publish(ONE);
      await backend.unpublish(volume, ONE.name, call());
      const second = await publish(TWO);
      const isSameDisk = second.target?.wwn === first.target?.wwn;
      expect(isSameDisk).to.equal(provider === 'lio');
      if (!isSameDisk) expect(second.target?.iqn).to.not.equal(first.target?.iqn);
      expect(await publish(TWO)).to.deep.equal(second);
    });

    it('to an initiator by whatever spelling of its name', async () => {
      const spelt = { ...ONE, initiator: ONE.initiator.replace('example', 'Example') };
      for (const node of [spelt, ONE])
        expect((await publish(node)).published).to.deep.equal([keptOf(provider, ONE)]);
    });

    it('to several that share it, or to none', async () => {
      const shared = { isShared: true };
      if (provider === 'gluster-block') {
        await faultOf('unsupported', publish({ ...ONE, ...shared }));
        return;
      }
      for (const node of [ONE, TWO]) await publish({ ...node, ...shared });
      expect((await backend.find(volume, call()))?.published).to.have.deep.members([
        keptOf(provider, ONE),
        keptOf(provider, TWO),
      ]);
      await faultOf('wrong-state', publish(nodeAt('node-3', ['10.0.0.3'], false)));
    });

    it('to those that prove their name, where the provider takes the secret', async () => {
      const work = publish({ ...ONE, chap: { username: CHAP.username, password: CHAP.password } });
      if (provider === 'gluster-block') {
        await faultOf('invalid', work);
        expect((await backend.find(volume, call()))?.published).to.deep.equal([]);
        return;
      }
      await work;
      expect((await publish({ ...ONE, chap: CHAP })).published).to.deep.equal([keptOf(provider, ONE)]);
    });

    it('but not of one that is of another provider', async () => {
      for (const other of BLOCK_PROVIDERS.filter((one) => one !== provider)) {
        expect(await backend.find({ provider: other, name: volume.name }, call())).to.equal(undefined);
        const strange = { ...volume, provider: other };
        const refused = await backend.publish(strange, ONE, call()).catch((error: Fault) => error);
        expect(refused).to.have.property('kind').that.is.oneOf(['not-found', 'wrong-state']);
      }
    });
  });
}
