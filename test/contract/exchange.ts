import { expect } from 'chai';
import type { Backend } from '../../src/volumes/backend.ts';
import { parseVolumeName, type VolumeName } from '../../src/volumes/ids.ts';
import { type ContractSubject, call, faultOf } from './backend.ts';

/** A cluster, and further ways to it: controllers do not choose the same gateway. */
export interface ExchangeSubject extends ContractSubject {
  readonly others?: readonly Backend[];
}

let made = 0;

/** What every Backend promises of metadata that several controllers change. `exchanges` is false for glusterd2 alone. */
export function exchangeContract(
  name: string,
  makeSubject: () => Promise<ExchangeSubject>,
  { exchanges = true } = {},
): void {
  describe(`${name} keeps the promises of the Backend port about shared volumes`, () => {
    let subject: ExchangeSubject;
    let backend: Backend;
    let ways: readonly Backend[];
    before(async () => {
      subject = await makeSubject();
      backend = subject.backend;
      ways = [backend, ...(subject.others ?? [])];
    });
    after(() => subject[Symbol.asyncDispose]());

    const make = async (metadata: Readonly<Record<string, string>>): Promise<VolumeName> => {
      made += 1;
      const volume = parseVolumeName(`exchange-${process.pid}-${String(made).padStart(4, '0')}`);
      const spec = {
        ...subject.volumeClass,
        name: volume,
        csiName: volume,
        capacityBytes: subject.sizeBytes,
      };
      expect(await backend.create(spec, metadata, call())).to.equal('created');
      return volume;
    };
    const metadataOf = async (volume: VolumeName) => (await backend.find(volume, call()))?.metadata;

    it('says whether it can exchange metadata', async () => {
      expect(await backend.canExchange(call())).to.equal(exchanges);
    });

    if (!exchanges) {
      it('refuses an exchange, and says why', async () => {
        const volume = await make({ a: '1' });
        const asked = { expected: { a: '1' }, metadata: { a: '2' } };
        const fault = await faultOf('unsupported', backend.exchangeMetadata(volume, asked, call()));
        expect(fault.message).to.match(/cannot exchange metadata safely; install the gateway/);
        expect(await metadataOf(volume)).to.deep.equal({ a: '1' });
        await backend.delete(volume, call(), { key: 'a', value: '1' });
        expect(await backend.find(volume, call())).to.equal(undefined);
      });
      return;
    }

    it('exchanges metadata that are as expected, and no others', async () => {
      const volume = await make({ a: '1', b: 'x y' });
      const asked = { expected: { b: 'x y', a: '1' }, metadata: { b: 'x y', c: 'ü "q"' } };
      expect(await backend.exchangeMetadata(volume, asked, call())).to.equal(true);
      expect(await metadataOf(volume)).to.deep.equal(asked.metadata);
      expect(await backend.exchangeMetadata(volume, asked, call())).to.equal(false);
      const less = { expected: { b: 'x y' }, metadata: {} };
      expect(await backend.exchangeMetadata(volume, less, call())).to.equal(false);
      expect(await metadataOf(volume)).to.deep.equal(asked.metadata);
      await backend.delete(volume, call());
      await faultOf('not-found', backend.exchangeMetadata(volume, asked, call()));
    });

    it('makes one of several exchanges at once', async () => {
      const volume = await make({ round: '0' });
      for (let round = 1; round <= 3; round += 1) {
        const expected = (await metadataOf(volume)) ?? {};
        const outcomes = await Promise.allSettled(
          [...ways, ...ways].map((way, index) =>
            way.exchangeMetadata(
              volume,
              { expected, metadata: { round: `${round}`, by: `${index}` } },
              call(),
            ),
          ),
        );
        const words = outcomes.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.kind));
        expect(
          words.filter((word) => word === true),
          words.join(),
        ).to.have.length(1);
        expect(words.filter((word) => ![true, false, 'busy'].includes(word))).to.deep.equal([]);
        expect(await metadataOf(volume)).to.deep.equal({ round: `${round}`, by: `${words.indexOf(true)}` });
      }
      await backend.delete(volume, call());
    });

    it('deletes the volume with the mark, and none without it', async () => {
      const volume = await make({ mark: 'one', other: 'two' });
      for (const way of ways) {
        for (const mark of [
          { key: 'mark', value: 'two' },
          { key: 'gone', value: 'one' },
        ]) {
          await faultOf('conflict', way.delete(volume, call(), mark));
        }
      }
      expect(await metadataOf(volume)).to.deep.equal({ mark: 'one', other: 'two' });
      const mark = { key: 'mark', value: 'one' };
      await ways.at(-1)?.delete(volume, call(), mark);
      expect(await backend.find(volume, call())).to.equal(undefined);
      await backend.delete(volume, call(), mark);
    });
  });
}
