import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import {
  formatHandle,
  isVolumeName,
  parseClusterName,
  parseDirectoryPath,
  parseHandle,
  parseVolumeName,
  toViewId,
  toVolumeName,
} from '../../src/volumes/ids.ts';
import { formatPageToken, parsePageToken } from '../../src/volumes/page-token.ts';
import { sharedName } from '../../src/volumes/view.ts';
import { randomFrom } from './random.ts';

const ALPHABET = ['a', 'Z', '7', '-', '_', '.', '/', ':', ' ', '\n', 'ü', '名', '👩', '%', '"', "'", '$'];

describe('volume ids', () => {
  it('a handle parses to what it was made of, and is at most 128 bytes', () => {
    for (const cluster of ['a', 'east-1', 'c'.repeat(32)]) {
      for (const name of ['v', 'pvc-1', '_x', 'n'.repeat(72)]) {
        const handle = {
          kind: 'volume',
          cluster: parseClusterName(cluster),
          name: parseVolumeName(name),
        } as const;
        const text = formatHandle(handle);
        expect(parseHandle(text)).to.deep.equal(handle);
        expect(Buffer.byteLength(text)).to.be.at.most(128);
      }
    }
  });

  it('a handle of a directory too', () => {
    for (const path of ['d', 'a/b/c', '.hidden/x..y/...', 'x'.repeat(90)]) {
      const handle = {
        kind: 'subvol',
        cluster: parseClusterName('east'),
        name: parseVolumeName('v'),
        directory: parseDirectoryPath(path),
      } as const;
      const text = formatHandle(handle);
      expect(text).to.equal(`gl1:subvol:east:v/${path}`);
      expect(parseHandle(text)).to.deep.equal(handle);
    }
  });

  it('a handle of a view too, of the longest names', () => {
    const spec = { csiName: 'x', capacityBytes: 1n, zones: [], options: {}, brickType: 'loop' } as const;
    const layout = { kind: 'plain', distribute: 1 } as const;
    const snapshot = { name: parseVolumeName('s'.repeat(72)), created: new Date(0) };
    const handle = {
      kind: 'view',
      cluster: parseClusterName('c'.repeat(32)),
      name: sharedName(snapshot, { ...spec, layout, name: parseVolumeName('x') }, 1),
      view: toViewId('x'.repeat(128)),
    } as const;
    const text = formatHandle(handle);
    expect(parseHandle(text)).to.deep.equal(handle);
    expect(Buffer.byteLength(text)).to.be.at.most(128);
  });

  it('no directory leads elsewhere, or is longer than its handle may be', () => {
    const bad = ['', '.', '..', 'a/..', '../a', 'a/../b', 'a/./b', '/a', 'a/', 'a//b', '..%2fa', 'a\\b'];
    const worse = ['a b', 'a\n', 'a\0', 'ü', 'a:b', '$(id)', 'a,b', '-/../x', '․․', 'x'.repeat(256)];
    for (const path of [...bad, ...worse]) {
      expect(() => parseDirectoryPath(path), path)
        .to.throw(Fault)
        .with.property('kind', 'invalid');
      expect(parseHandle(`gl1:subvol:east:v/${path}`), path).to.equal(undefined);
    }
    const longest = `gl1:subvol:east:v/${'x'.repeat(110)}`;
    expect(longest.length).to.equal(128);
    expect(parseHandle(longest)?.kind).to.equal('subvol');
    expect(parseHandle(`${longest}x`)).to.equal(undefined);
  });

  it('nothing else parses', () => {
    const bad = [
      '',
      'gl1',
      'gl1:volume:a',
      'gl1:volume:a:b:c',
      'gl1:volume::b',
      'gl1:volume:a:',
      'gl2:volume:a:b',
    ];
    const worse = [
      'gl1:subvol:a:b',
      'gl1:view:a:b',
      'gl1:view:a:b/0123456789abcde',
      'gl1:view:a:b/0123456789ABCDEF',
      'gl1:view:a:b/0123456789abcdef/x',
      'gl1:view:a:/0123456789abcdef',
      'gl1:subvol:a:/b',
      'gl1:subvol:a:-b/c',
      'gl1:subvol:a:all/c',
      'gl1:volume:a:b/c',
      'gl1:volume:A:b',
      'gl1:volume:a:-b',
      'gl1:volume:a:all',
      'gl1:volume:a:../b',
      'gl1:volume:a:b\n',
    ];
    for (const text of [...bad, ...worse]) expect(parseHandle(text), text).to.equal(undefined);
  });

  it('every CSI name gives a name that Gluster takes, the same each time, and others give others', () => {
    const random = randomFrom(11);
    const names = new Map<string, string>();
    for (let i = 0; i < 5000; i += 1) {
      const length = 1 + Math.floor(random() * 60);
      const csiName = Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
      for (const prefix of ['', 'k8s-', 'p'.repeat(20)]) {
        const name = toVolumeName(csiName, prefix);
        expect(isVolumeName(name), JSON.stringify(csiName)).to.equal(true);
        expect(name.startsWith(prefix)).to.equal(true);
        expect(toVolumeName(csiName, prefix)).to.equal(name);
        const key = `${prefix} ${csiName}`;
        expect(names.get(name) ?? key).to.equal(key);
        names.set(name, key);
      }
    }
  });

  it('a page token parses to where it points', () => {
    for (const after of ['', 'pvc-1', 'n'.repeat(72), '/', 'v/0123456789abcdef']) {
      const start = { cluster: parseClusterName('east'), after };
      expect(parsePageToken(formatPageToken(start))).to.deep.equal(start);
    }
  });
});
