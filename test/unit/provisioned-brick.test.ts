import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { brickPath } from '../../src/gateway/bricks/brick-record.ts';
import { isProvisionedBrick } from '../../src/staging/provisioned-brick.ts';

const recorded = fileURLToPath(new URL('../fixtures/glusterd2', import.meta.url));

describe('a provisioned brick', () => {
  it('is each that the gateway makes, whatever the device', () => {
    for (const device of ['/srv/gluster/disk1', '/d']) {
      for (const volume of ['pvc-0b1f', '_x', 'n'.repeat(72)]) {
        for (const [subvol, brick] of [
          [0, 0],
          [1, 2],
          [127, 31],
        ] as const) {
          expect(isProvisionedBrick(brickPath(device, { volume, subvol, brick }))).to.equal(true);
        }
      }
    }
  });

  it('is each that glusterd2 made by size, and none of the others that it told', () => {
    const paths = readdirSync(recorded).flatMap((name) =>
      [...readFileSync(`${recorded}/${name}`, 'utf8').matchAll(/"path": "(\/srv\/[^"]*)"/g)].map(
        ([, path = '']) => path,
      ),
    );
    const [bySize, byName] = [paths.filter((path) => path.includes('/subvol')), paths].map(
      (all) => new Set(all),
    );
    expect(bySize?.size).to.be.greaterThan(5);
    for (const path of byName ?? []) expect(isProvisionedBrick(path), path).to.equal(bySize?.has(path));
  });

  for (const path of [
    '/srv/gluster/media',
    '/bricks/media/brick',
    '/srv/bricks/media.0.0',
    '/srv/bricks/media.0.0/fs',
    '/srv/bricks/media.0/fs/brick',
    '/data/subvol1/brick1/brick',
  ]) {
    it(`is not ${path}`, () => expect(isProvisionedBrick(path)).to.equal(false));
  }
});
