import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createBrickStore } from '../../src/gateway/bricks/create-brick-store.ts';
import type { OuterXfs } from './outer-xfs.ts';
import { command, makeOuterXfs, testCall } from './outer-xfs.ts';

const MIB = 1024n ** 2n;
const GIB = 1024n ** 3n;

/** A size is a promise: one file of the requested bytes fits, when new and after growing. */
describe('the size of a brick', function () {
  this.timeout(120_000);
  let outer: OuterXfs;
  before(async () => {
    outer = await makeOuterXfs(1, 250 * 1024 ** 3);
    await createBrickStore({ deviceRoots: [outer.root] }).addDevice(
      outer.devices[0] ?? '',
      'loop',
      testCall(),
    );
  });
  after(() => outer[Symbol.asyncDispose]());

  const steps: readonly (readonly bigint[])[] = [
    [20n * MIB],
    [GIB],
    [10n * GIB],
    [20n * MIB, 10n * GIB],
    [GIB, GIB + 1n, 2n * GIB, 100n * GIB],
  ];
  for (const sizes of steps) {
    it(`takes one file of ${sizes.map((size) => `${size / MIB} MiB`).join(', then ')}`, async () => {
      const store = createBrickStore({ deviceRoots: [outer.root] });
      const [first = 0n, ...grown] = sizes;
      const request = { volume: 'v', subvol: 0, brick: 0, device: outer.devices[0] ?? '', dataBytes: first };
      const [brick] = await store.reserve('t', [{ ...request, provisioner: 'loop' }], testCall());
      await store.use('v', 't', '{}', testCall());
      const path = brick?.path ?? '';
      await expectRoom(path, first);
      for (const size of grown) {
        await store.grow('v', () => size, testCall());
        await expectRoom(path, size);
      }
      await store.markDeleting('v', testCall());
      await store.remove('v', testCall());
      expect(await outer.leftovers()).to.deep.equal([]);
    });
  }
});

/** Allocates all of it in one file, beside a share for .glusterfs and inodes; df shows no less. */
async function expectRoom(path: string, bytes: bigint): Promise<void> {
  const { blocks, bsize } = await statfs(path, { bigint: true });
  expect(blocks * bsize >= bytes).to.equal(true);
  const [file, rest] = [join(path, 'data'), join(path, 'rest')];
  await command('fallocate', ['--length', String(bytes), file]);
  await command('fallocate', ['--length', String(8n * MIB + bytes / 200n), rest]);
  await command('rm', [file, rest]);
}
