import { expect } from 'chai';
import { parseMountinfo, readMounts, topMount } from '../../src/host/mountinfo.ts';

const LINE = '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue';

describe('mountinfo', () => {
  it('reads the example of proc(5), whatever stands in the optional fields', () => {
    const expected = {
      id: 36,
      device: '98:0',
      root: '/mnt1',
      target: '/mnt2',
      options: ['rw', 'noatime'],
      fsType: 'ext3',
      source: '/dev/root',
      superOptions: ['rw', 'errors=continue'],
    };
    expect(parseMountinfo(`${LINE}\n`)).to.deep.equal([expected]);
    expect(parseMountinfo(LINE.replace(' master:1 shared:7', ''))).to.deep.equal([expected]);
  });

  it('decodes the kernel’s escapes in paths and sources', () => {
    const line = String.raw`1 0 0:9 / /a\040b\011c\012d\134e\134040 rw - fuse.glusterfs g1:/v\040w rw`;
    const [mount] = parseMountinfo(line);
    expect(mount?.target).to.equal('/a b\tc\nd\\e\\040');
    expect(mount?.source).to.equal('g1:/v w');
  });

  it('keeps UTF-8 whether or not its bytes are escaped', () => {
    const [mount] = parseMountinfo(String.raw`1 0 0:9 / /ž\305\276 rw - tmpfs none rw`);
    expect(mount?.target).to.equal('/žž');
  });

  it('keeps an empty source and a dash as a path apart from the separator', () => {
    const [mount] = parseMountinfo('1 0 0:9 / - rw shared:1 - tmpfs  rw');
    expect(mount).to.include({ target: '-', fsType: 'tmpfs', source: '' });
  });

  it('refuses a line of an unknown form', () => {
    for (const line of ['garbage', '1 0 0:9 / /a rw', '1 0 0:9 / /a rw - tmpfs'])
      expect(() => parseMountinfo(line), line).to.throw('unknown form');
  });

  it('finds the top one of several mounts at a target', () => {
    const mounts = parseMountinfo(
      ['1', '2', '3'].map((id) => `${id} 0 0:${id} / /t rw - tmpfs x rw`).join('\n'),
    );
    expect(topMount(mounts, '/t')?.id).to.equal(3);
    expect(topMount(mounts, '/other')).to.equal(undefined);
  });

  it('reads this machine’s own', async () => {
    expect(topMount(await readMounts(), '/proc')?.fsType).to.equal('proc');
  });
});
