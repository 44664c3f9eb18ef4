import { expect } from 'chai';
import type { BlockBackend, BlockPublication, BlockVolume } from '../../src/volumes/block/block-backend.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { call } from './backend.ts';
import { type BlockSubject, nodeAt } from './block-backend.ts';
import { THREE_COPIES } from './three-copies.ts';

const WRITER = nodeAt('node-1', ['10.0.0.1'], false);
const FIRST = nodeAt('node-1', ['10.0.0.1'], true);
const SECOND = nodeAt('node-2', ['10.0.0.2'], true);

/** What every BlockBackend promises of what nodes mount by a client of Gluster's. */
export function blockDoorContract(name: string, makeSubject: () => Promise<BlockSubject>): void {
  describe(`${name} tells which directory of a block volume a node mounts`, () => {
    let subject: BlockSubject;
    let backend: BlockBackend;
    let volume: BlockVolume;
    before(async () => {
      subject = await makeSubject();
      ({ backend } = subject);
      const spec = {
        provider: subject.provider,
        name: parseVolumeName('doors'),
        csiName: 'csi',
        capacityBytes: subject.sizeBytes,
        hosting: THREE_COPIES,
      } as const;
      const created = await backend.create(spec, {}, call());
      if (created === 'exists') throw new Error(`${spec.name} is there already`);
      volume = created;
    });
    after(() => subject[Symbol.asyncDispose]());

    it('the same until it is let in anew, or otherwise', async () => {
      const enter = async (publication: BlockPublication) =>
        (await backend.publish(volume, publication, call())).door;
      const asReader = await enter(FIRST);
      for (const reader of [FIRST, SECOND]) expect(await enter(reader)).to.equal(asReader);
      await backend.unpublish(volume, FIRST.name, call());
      expect(await enter(FIRST)).to.equal(asReader);
      await backend.unpublish(volume, undefined, call());
      const asWriter = await enter(WRITER);
      expect(await enter({ ...WRITER, addresses: ['10.0.0.9'] })).to.equal(asWriter);
      await backend.unpublish(volume, WRITER.name, call());
      const again = await enter(WRITER);
      await backend.unpublish(volume, WRITER.name, call());
      const last = await enter(FIRST);
      const doors = [asReader, asWriter, again, last];
      expect(new Set(doors).size).to.equal(4);
      for (const door of doors) expect(door).to.match(/^[A-Za-z0-9]{1,64}$/);
    });
  });
}
