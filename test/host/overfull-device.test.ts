import { statfs } from 'node:fs/promises';
import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import type { StoredBrick } from '../../src/gateway/bricks/brick-store.ts';
import { createBrickStore } from '../../src/gateway/bricks/create-brick-store.ts';
import { fill, overwrite, readAll, scatter } from './fill-brick.ts';
import { command, makeOuterXfs, testCall } from './outer-xfs.ts';

const MIB = 1024n ** 2n;
/** Bytes of each brick that are written in small pieces first. */
const SCATTERED = 64 * 1024 * 1024;

/** The promise of the account: a device promised to the brim can be written to the brim, and written again. */
describe('a device promised to the brim', function () {
  this.timeout(300_000);

  for (const [name, size] of [
    ['3 GiB', 3 * 1024 ** 3],
    ['700 MiB', 700 * 1024 ** 2],
  ] as const) {
    it(`of ${name} gives every brick its own ENOSPC and no brick an I/O error`, async () => {
      await using outer = await makeOuterXfs(1, size);
      const store = createBrickStore({ deviceRoots: [outer.root] });
      const [device = ''] = outer.devices;
      const { freeBytes } = await store.addDevice(device, 'loop', testCall());
      const count = Number(freeBytes / (300n * MIB)) - 1;
      const bricks: StoredBrick[] = [];
      for (let index = 0; index < count; index += 1) bricks.push(await reserve(`v${index}`, 20n * MIB));
      bricks.push(await reserve('last', await largestThatFits()));

      // Every other 4 KiB of a preallocated file: the outer file system needs the most extents this way.
      for (const brick of bricks) await scatter(brick, SCATTERED);
      for (const brick of bricks) expect(await fill(brick)).to.equal('ENOSPC');
      for (const brick of bricks) await overwrite(brick, 64 * 1024, 2);
      for (const brick of bricks) {
        await command('sync', ['--file-system', brick.path]);
        expect((await readAll(brick)) >= brick.dataBytes, `${brick.volume} takes its bytes`).to.equal(true);
      }
      const states = await Promise.all(
        bricks.map((brick) => command('xfs_io', ['-c', 'statfs', brick.path])),
      );
      expect(states).to.have.length(bricks.length);
      const [facts] = await store.devices(testCall());
      expect((facts?.freeBytes ?? 0n) < 301n * MIB).to.equal(true);
      const { bavail } = await statfs(device, { bigint: true });
      expect(bavail > 0n).to.equal(true);

      async function reserve(volume: string, dataBytes: bigint): Promise<StoredBrick> {
        const request = { volume, subvol: 0, brick: 0, device, provisioner: 'loop' as const, dataBytes };
        const [brick] = await store.reserve('t', [request], testCall());
        if (brick === undefined) throw new Error('no brick');
        return brick;
      }

      async function largestThatFits(): Promise<bigint> {
        let [fits, fails] = [20n * MIB, 4096n * MIB];
        while (fails - fits > MIB) {
          const middle = (fits + fails) / 2n;
          const taken = await reserve('probe', middle).catch((error: unknown) => {
            if (!isFault(error, 'exhausted')) throw error;
          });
          if (taken === undefined) fails = middle;
          else fits = middle;
          await store.undo('probe', 't', testCall());
        }
        return fits;
      }
    });
  }
});
