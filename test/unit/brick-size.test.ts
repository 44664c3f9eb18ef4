import { expect } from 'chai';
import { marginBytes, unpromisedBytes } from '../../src/gateway/bricks/account.ts';
import { checkDevicePath } from '../../src/gateway/bricks/device-paths.ts';
import { allocationGroups, imageBytes } from '../../src/gateway/bricks/image-size.ts';

const MIB = 1024n ** 2n;
const GIB = 1024n ** 3n;

describe('brick sizes', () => {
  it('gives an image at least 300 MiB, whole MiB, and room for what XFS keeps', () => {
    expect(imageBytes(1n)).to.equal(300n * MIB);
    expect(imageBytes(20n * MIB)).to.equal(300n * MIB);
    expect(imageBytes(GIB)).to.equal(1152n * MIB);
    for (let data = 1n; data < 2n ** 50n; data = data * 3n + 7n) {
      const image = imageBytes(data);
      expect(image % MIB).to.equal(0n);
      // Measured: 96 MiB and 0.70 % of the image.
      expect(image - 96n * MIB - (image * 70n) / 10_000n >= data, String(data)).to.equal(true);
      expect(imageBytes(data + 1n) >= image).to.equal(true);
    }
  });

  it('keeps allocation groups few', () => {
    expect(allocationGroups(300n * MIB)).to.equal(2);
    expect(allocationGroups(100n * GIB)).to.equal(4);
  });

  it('promises no more than is there, however much of it is written', () => {
    const sizeBytes = 100n * GIB;
    const margin = marginBytes(sizeBytes);
    const facts = { sizeBytes, promisedToImages: 40n * GIB, promisedToDirectories: 0n };
    for (const written of [0n, 10n * GIB, 40n * GIB]) {
      const free = unpromisedBytes({ ...facts, imageBytes: written, availableBytes: 99n * GIB - written });
      expect(free).to.equal(59n * GIB - margin);
    }
    const foreign = unpromisedBytes({ ...facts, imageBytes: 0n, availableBytes: 50n * GIB });
    expect(foreign).to.equal(10n * GIB - margin);
    const directories = { sizeBytes, promisedToImages: 0n, promisedToDirectories: 40n * GIB, imageBytes: 0n };
    for (const availableBytes of [99n * GIB, 60n * GIB])
      expect(unpromisedBytes({ ...directories, availableBytes })).to.equal(60n * GIB - margin);
    expect(unpromisedBytes({ ...directories, availableBytes: GIB }) < GIB).to.equal(true);
  });

  it('takes devices at the roots or directly below, and nowhere else', () => {
    const roots = ['/srv/gluster', '/data'];
    for (const path of ['/srv/gluster', '/srv/gluster/disk1', '/data/a.b_c-d'])
      expect(checkDevicePath(path, roots)).to.equal(path);
    const bad = ['/', '', 'srv/gluster', '/srv', '/srv/gluster/', '/srv/gluster/a/b', '/srv/gluster/..'];
    for (const path of [...bad, '/srv/gluster/../x', '/srv/gluster//a', '/srv/gluster/.hidden', '/data/a\nb'])
      expect(() => checkDevicePath(path, roots), path).to.throw('is not one of, or directly below');
  });
});
