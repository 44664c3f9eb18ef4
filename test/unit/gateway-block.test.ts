import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { formatHandshake, parseHandshake } from '../../src/gateway/block/handshake.ts';
import { isInForce } from '../../src/gateway/block/in-force.ts';
import {
  allowOf,
  checkPublication,
  newDoor,
  readPublications,
  signOf,
  withPublications,
} from '../../src/gateway/block/publications.ts';
import { MAX_DISKS } from '../../src/gateway/block/room.ts';
import type { GlusterVolume } from '../../src/gateway/gluster-cli/gluster.ts';
import { formatRecord } from '../../src/gateway/volume-record.ts';

const RECORD = { capacity: 1n, provisioner: 'loop', metadata: { 'block-hosting': 'yes', owner: 'us' } };
const W1 = { node: 'w1.example', addresses: ['10.0.0.1', 'fd00::1'], readonly: false };
const DOOR = '00c0ffee00';
const W2 = { node: 'w2', addresses: ['10.0.0.2'], readonly: true };

describe('publications in a hosting volume’s record', () => {
  it('are read as they were written, and leave the rest alone', () => {
    const published = new Map([
      ['b', [W1]],
      ['a', [W2, { ...W2, node: 'w3' }].map((one) => ({ ...one, door: DOOR }))],
      ['none', []],
    ]);
    const record = withPublications(RECORD, published);
    expect(readPublications(record)).to.deep.equal(
      new Map([
        ['a', [W2, { ...W2, node: 'w3' }].map((one) => ({ ...one, door: DOOR }))],
        ['b', [W1]],
      ]),
    );
    expect(withPublications(record, new Map())).to.deep.equal(RECORD);
    expect(allowOf(formatRecord(record))).to.equal(
      `/a/${DOOR}(10.0.0.2|10.0.0.2),/b(10.0.0.1|fd00::1),${signOf(formatRecord(record))}(*)`,
    );
  });

  it('are not guessed when they cannot be read', () => {
    for (const text of ['rwx w1 10.0.0.1', 'rw w1 10.0.0.1 ..', `rw w1 10.0.0.1 ${DOOR} more`]) {
      const record = { ...RECORD, metadata: { '_published:a': text } };
      expect(() => readPublications(record), text).to.throw('newer gateway');
    }
  });

  it('have room for as many block volumes as a hosting volume takes', () => {
    const names = Array.from({ length: MAX_DISKS }, (_, index) => `pvc-${`${index}`.padStart(36, '0')}`);
    const one = { ...W1, node: 'node-17.example.org', addresses: ['192.168.100.100'], door: newDoor() };
    const record = withPublications(RECORD, new Map(names.map((name) => [name, [one]])));
    expect(allowOf(formatRecord(record)).length).to.be.below(4000);
  });

  it('take no text that would be more than one entry of the access list', () => {
    const bad = [
      { node: 'a;b' },
      { node: '' },
      { addresses: ['10.0.0.*'] },
      { addresses: ['10.0.0.1', '10.0.0.1'] },
      { addresses: ['fe80::1%eth0'] },
      { addresses: ['1.2.3.4),/(*'] },
    ];
    for (const change of bad) {
      expect(() => checkPublication({ ...W1, ...change }))
        .to.throw()
        .and.satisfy((error: unknown) => isFault(error, 'invalid'));
    }
    checkPublication(W1);
  });

  it('are refused before glusterd would die of them', () => {
    const names = Array.from({ length: 60 }, (_, index) => `pvc-${`${index}`.padStart(36, '0')}`);
    const many = withPublications(RECORD, new Map(names.map((name) => [name, [W1, W2]])));
    const text = JSON.stringify({ v: 1, metadata: many.metadata });
    expect(() => allowOf(text))
      .to.throw()
      .and.satisfy((error: unknown) => isFault(error, 'exhausted'));
  });
});

describe('a change of access', () => {
  const of = (shape: Partial<GlusterVolume>, bricks: number): GlusterVolume => ({
    id: 'id',
    name: 'v',
    state: 'Started',
    distributeCount: 1,
    replicaCount: 1,
    arbiterCount: 0,
    disperseCount: 0,
    redundancyCount: 0,
    transport: 'tcp',
    bricks: Array.from({ length: bricks }, (_, i) => ({
      host: 'g',
      path: `${i}`,
      peerId: 'p',
      arbiter: false,
    })),
    options: {},
    snapshotCount: 0,
    ...shape,
  });
  const two = { replicaCount: 2 };
  const twoWithQuorum = { ...two, options: { 'cluster.quorum-type': 'auto' } };
  const CASES: readonly [string, GlusterVolume, string, boolean][] = [
    ['two of three copies', of({ replicaCount: 3 }, 3), '12', true],
    ['one of three copies', of({ replicaCount: 3 }, 3), '0', false],
    [
      'two of three copies without quorum',
      of({ replicaCount: 3, options: { 'cluster.quorum-type': 'none' } }, 3),
      '12',
      false,
    ],
    ['one of two copies', of(two, 2), '0', false],
    ['the first of two copies with quorum', of(twoWithQuorum, 2), '0', true],
    ['the second of two copies with quorum', of(twoWithQuorum, 2), '1', false],
    ['one of two sets', of({ replicaCount: 3, distributeCount: 2 }, 6), '0123', false],
    ['most of two sets', of({ replicaCount: 3, distributeCount: 2 }, 6), '0134', true],
    ['two of 2+1 fragments', of({ disperseCount: 3, redundancyCount: 1 }, 3), '02', true],
    ['four of 4+2 fragments', of({ disperseCount: 6, redundancyCount: 2 }, 6), '0123', true],
    ['three of 4+2 fragments', of({ disperseCount: 6, redundancyCount: 2 }, 6), '012', false],
    ['one of two bricks without copies', of({ distributeCount: 2 }, 2), '0', false],
  ];
  for (const [what, volume, bricks, expected] of CASES) {
    it(`is ${expected ? '' : 'not '}in force with ${what}`, () => {
      expect(isInForce(volume, ({ path }) => bricks.includes(path))).to.equal(expected);
    });
  }
});

describe('the handshake with a brick', () => {
  const reply = (result: number, errno: number) => {
    const buffer = Buffer.alloc(36);
    buffer.writeUInt32BE(1, 4);
    buffer.writeInt32BE(result, 24);
    buffer.writeInt32BE(errno, 28);
    return buffer;
  };

  it('tells a refusal from a directory that is not there', () => {
    expect(parseHandshake(reply(-1, 13))).to.equal(false);
    expect(parseHandshake(reply(-1, 2))).to.equal(true);
    expect(parseHandshake(reply(0, 0))).to.equal(true);
  });

  it('takes nothing else for an answer', () => {
    expect(parseHandshake(Buffer.alloc(0))).to.equal(undefined);
    expect(parseHandshake(Buffer.alloc(36))).to.equal(undefined);
    const refused = reply(0, 0);
    refused.writeUInt32BE(1, 20);
    expect(parseHandshake(refused)).to.equal(undefined);
    expect(parseHandshake(reply(0, 0).subarray(0, 26))).to.equal(undefined);
  });

  it('is one record of its own length', () => {
    const record = formatHandshake('/srv/brick', '/one');
    expect((record.readUInt32BE(0) & 0x7fffffff) + 4).to.equal(record.length);
    expect(record.length % 4).to.equal(0);
  });
});
