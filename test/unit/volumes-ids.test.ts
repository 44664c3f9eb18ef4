import { expect } from 'chai';
import {
  formatHandle,
  isVolumeName,
  parseClusterName,
  parseHandle,
  parseVolumeName,
  toVolumeName,
} from '../../src/volumes/ids.ts';
import { formatPageToken, parsePageToken } from '../../src/volumes/page-token.ts';
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
    for (const after of ['', 'pvc-1', 'n'.repeat(72)]) {
      const start = { cluster: parseClusterName('east'), after };
      expect(parsePageToken(formatPageToken(start))).to.deep.equal(start);
    }
  });
});
