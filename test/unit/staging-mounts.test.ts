import { expect } from 'chai';
import { carries, findMount, sourceOf } from '../../src/staging/find-mount.ts';
import type { Mount } from '../../src/staging/host.ts';
import { bindDifferenceOf, differenceOf } from '../../src/staging/same-mount.ts';

const mount: Mount = {
  id: 1,
  device: '0:48',
  root: '/',
  target: '/staging',
  options: ['rw', 'nosuid', 'relatime'],
  fsType: 'fuse.glusterfs',
  source: 'g1:/one',
  superOptions: ['rw'],
};
const volume = { id: 'gl1:volume:east:one', cluster: 'east', name: 'one' };
const clusters = [
  { name: 'east', servers: ['g1', 'g2'] },
  { name: 'west', servers: ['h1', 'g2'] },
];

describe('the source of a mount', () => {
  const cases: readonly (readonly [source: string, server?: string, volume?: string, directory?: string])[] =
    [
      ['g1:/one', 'g1', 'one'],
      ['g1:one', 'g1', 'one'],
      ['fd00::1:/one', 'fd00::1', 'one'],
      ['g1:/one/sub', 'g1', 'one', 'sub'],
      ['fd00::1:/one/sub/below', 'fd00::1', 'one', 'sub/below'],
      // Nobody may make a directory that looks like another volume of an unknown server.
      ['g1:/one/fake:two', 'g1', 'one', 'fake:two'],
      ['g1:/one/fake:/two', 'g1', 'one', 'fake:/two'],
      ['g1:/'],
      ['/dev/sda1'],
      ['//server/share:one'],
    ];
  for (const [source, server, name, directory] of cases) {
    it(`${source} is ${server === undefined ? 'no volume' : `${directory ?? 'all'} of ${name} of ${server}`}`, () => {
      const expected = server === undefined ? undefined : { server, volume: name, directory };
      expect(sourceOf({ ...mount, source })).to.deep.equal(expected);
    });
  }

  it('is no volume for another file system, or a directory within one', () => {
    expect(sourceOf({ ...mount, fsType: 'nfs4' })).to.equal(undefined);
    expect(sourceOf({ ...mount, root: '/sub' })).to.equal(undefined);
  });
});

describe('a mount carries a volume', () => {
  const from = (server: string) => carries({ ...mount, source: `${server}:/one` }, volume, clusters);

  it('when it comes from one of the cluster’s servers, or from one that no cluster has', () => {
    expect(from('g1')).to.equal(true);
    expect(from('g2')).to.equal(true);
    expect(from('former')).to.equal(true);
  });

  it('and not when its server is another cluster’s, or its name another', () => {
    expect(from('h1')).to.equal(false);
    expect(carries({ ...mount, source: 'g1:/two' }, volume, clusters)).to.equal(false);
  });

  it('when it is the same directory of it, or neither has one', () => {
    const carried = (source: string, directory?: string) =>
      carries({ ...mount, source }, directory === undefined ? volume : { ...volume, directory }, clusters);
    expect(carried('g1:/one/a/b', 'a/b')).to.equal(true);
    for (const source of ['g1:/one', 'g1:/one/a', 'g1:/one/a/b/c', 'g1:/two/a/b']) {
      expect(carried(source, 'a/b'), source).to.equal(false);
    }
    expect(carried('g1:/one/a')).to.equal(false);
  });

  it('of a pod’s own spec when it is any of Gluster’s, and nothing else', () => {
    const inline = { id: 'csi-0', isInline: true } as const;
    for (const source of ['g1:/one', 'former:/two/a']) {
      expect(carries({ ...mount, source }, inline, clusters), source).to.equal(true);
    }
    expect(carries({ ...mount, fsType: 'nfs4' }, inline, clusters)).to.equal(false);
    expect(carries({ ...mount, root: '/sub' }, inline, clusters)).to.equal(false);
  });
});

describe('a mount is as asked', () => {
  it('when the options agree that mountinfo shows', () => {
    expect(differenceOf(mount, ['nosuid', 'log-level=DEBUG', 'rw'])).to.equal(undefined);
    expect(differenceOf(mount, [])).to.equal('it is mounted with nosuid');
    expect(differenceOf(mount, ['nosuid', 'ro'])).to.equal('it is mounted without ro');
  });

  it('for a bind whether or not it is read-only', () => {
    expect(bindDifferenceOf(mount, ['nosuid', 'ro'])).to.equal(undefined);
    expect(bindDifferenceOf(mount, ['noexec'])).to.match(/nosuid/);
  });
});

it('the last mount at a target is on top', () => {
  const top = { ...mount, id: 2 };
  expect(findMount([mount, top, { ...mount, target: '/other' }], '/staging')).to.equal(top);
  expect(findMount([mount], '/nowhere')).to.equal(undefined);
});
