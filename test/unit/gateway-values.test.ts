import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import type { GlusterVolume } from '../../src/gateway/gluster-cli/gluster.ts';
import { toHttpStatus, withStatus } from '../../src/gateway/http-status.ts';
import { toVolumeInfo } from '../../src/gateway/volume-info.ts';
import { isOpenOption, parseOptions, toOptionName } from '../../src/gateway/volume-options.ts';
import { formatRecord, getRecord, readRecord } from '../../src/gateway/volume-record.ts';
import { volumeInfo } from '../../src/glusterd2/wire.ts';

function volume(change: Partial<GlusterVolume> = {}, bricks = 3): GlusterVolume {
  return {
    id: '6d2b79f5-0000-4000-8000-000000000001',
    name: 'v1',
    state: 'Started',
    distributeCount: 1,
    replicaCount: 3,
    arbiterCount: 0,
    disperseCount: 0,
    redundancyCount: 0,
    transport: 'tcp',
    bricks: Array.from({ length: bricks }, (_, index) => ({
      host: `s${index}`,
      path: `/b${index}`,
      peerId: `p${index}`,
      arbiter: change.arbiterCount === 1 && index % 3 === 2,
    })),
    options: {},
    snapshotCount: 0,
    ...change,
  };
}

describe('gateway volume options', () => {
  it('maps glusterd2’s names to the classic ones', () => {
    expect(toOptionName('cluster/replicate.self-heal-daemon')).to.equal('cluster.self-heal-daemon');
    expect(toOptionName('performance/io-cache.cache-size')).to.equal('performance.cache-size');
    expect(toOptionName('cluster/disperse.eager-lock')).to.equal('disperse.eager-lock');
    expect(toOptionName('cluster.eager-lock')).to.equal('cluster.eager-lock');
  });

  it('opens no option that lets others in, names a file or breaks a promise', () => {
    const closed = [
      'user.gluster-csi',
      'user.x',
      'auth.allow',
      'auth.ssl-allow',
      'server.ssl',
      'client.ssl',
      'ssl.cipher-list',
      'server.allow-insecure',
      'server.statedump-path',
      'storage.reserve',
      'storage.health-check-interval',
      'changelog.changelog-dir',
      'config.transport',
      'cluster',
      '',
      '--mode=interactive',
      'cluster.',
      'cluster.x y',
      'profile.default.replicate',
      'CLUSTER.eager-lock',
    ];
    expect(closed.filter(isOpenOption)).to.deep.equal([]);
    for (const name of closed) expect(() => parseOptions({ [name]: 'on' }), name).to.throw(/^options: /);
  });

  it('refuses values that are paths, options or unprintable', () => {
    for (const value of [
      '/etc/passwd',
      '../x',
      'a/b',
      '--force',
      'a\nb',
      '\u0000',
      '',
      'é',
      'x'.repeat(257),
    ]) {
      expect(() => parseOptions({ 'cluster.eager-lock': value }), JSON.stringify(value)).to.throw(
        /^options: /,
      );
    }
    expect(parseOptions({ 'performance/io-cache.cache-size': '64MB' })).to.deep.equal({
      'performance.cache-size': '64MB',
    });
  });
});

describe('gateway volume record', () => {
  it('comes back as it was written, on one line, whatever the metadata holds', () => {
    const metadata = { name: 'line\nbreak "quotes" <&> \u007f\u0085\u2028\ufffe ünïcode 漢字 😀', empty: '' };
    const text = formatRecord({ capacity: 5n, provisioner: 'loop', metadata });
    expect(text).to.match(/^[\x20-\x7e\u00a0-\u2027\u202a-\ufefe\uff00-\uffef]+$/);
    const options = { 'user.gluster-csi': text };
    expect(readRecord(volume({ options }))).to.deep.equal({ capacity: 5n, provisioner: 'loop', metadata });
  });

  it('takes 4000 bytes and not one more', () => {
    const record = (length: number) =>
      formatRecord({ capacity: undefined, provisioner: undefined, metadata: { k: 'x'.repeat(length) } });
    const rest = record(0).length;
    expect(Buffer.byteLength(record(4000 - rest))).to.equal(4000);
    expect(() => record(4001 - rest)).to.throw('metadata size exceeds max allowed size of 4KB');
  });

  it('is empty for a volume without one, and refused for change when it is a newer gateway’s', () => {
    expect(readRecord(volume())).to.deep.equal({ capacity: undefined, provisioner: undefined, metadata: {} });
    for (const text of ['{"v":2,"metadata":{}}', 'nonsense', '{"v":1}']) {
      const newer = volume({ options: { 'user.gluster-csi': text } });
      expect(readRecord(newer)).to.equal(undefined);
      expect(() => getRecord(newer)).to.throw('written by a newer gateway');
    }
  });
});

describe('gateway volume info', () => {
  it('names types and splits sets as glusterd2 does', () => {
    const types = [
      [volume({ replicaCount: 1 }, 1), 'Distribute', 1],
      [volume({ replicaCount: 1, distributeCount: 3 }), 'Distribute', 3],
      [volume(), 'Replicate', 1],
      [volume({ distributeCount: 2 }, 6), 'Distributed-Replicate', 2],
      [volume({ replicaCount: 1, disperseCount: 3, redundancyCount: 1 }), 'Disperse', 1],
      [
        volume({ replicaCount: 1, disperseCount: 3, redundancyCount: 1, distributeCount: 2 }, 6),
        'Distributed-Disperse',
        2,
      ],
    ] as const;
    for (const [one, type, sets] of types) {
      const info = volumeInfo.parse(toVolumeInfo(one));
      expect([info.type, info.subvols.length]).to.deep.equal([type, sets]);
      expect(info.subvols.flatMap(({ bricks }) => bricks.map(({ path }) => path))).to.deep.equal(
        one.bricks.map(({ path }) => path),
      );
    }
  });

  it('counts the arbiter beside the copies, and gives bricks the same ids each time', () => {
    const info = volumeInfo.parse(toVolumeInfo(volume({ arbiterCount: 1 })));
    expect([info['replica-count'], info['arbiter-count']]).to.deep.equal([2, 1]);
    expect(info.subvols[0]?.bricks.map(({ type }) => type)).to.deep.equal(['Brick', 'Brick', 'Arbiter']);
    const ids = info.subvols[0]?.bricks.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).to.equal(3);
    for (const id of ids)
      expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(toVolumeInfo(volume({ arbiterCount: 1 })).subvols).to.deep.equal(
      toVolumeInfo(volume({ arbiterCount: 1 })).subvols,
    );
  });

  it('tells the record as metadata and capacity, never as an option', () => {
    const options = {
      'user.gluster-csi': '{"v":1,"capacity":7,"metadata":{"a":"b"}}',
      'cluster.eager-lock': 'off',
    };
    const info = volumeInfo.parse(toVolumeInfo(volume({ options })));
    expect(info.metadata).to.deep.equal({ a: 'b' });
    expect(info.capacity).to.equal(7n);
    expect(info.options).to.deep.equal({ 'cluster.eager-lock': 'off' });
  });
});

describe('gateway http status', () => {
  it('is that of the kind, unless the fault has one of its own', () => {
    expect(toHttpStatus(new Fault('exhausted', 'full'))).to.equal(507);
    expect(toHttpStatus(withStatus(new Fault('wrong-state', 'snapshots'), 424))).to.equal(424);
    expect(toHttpStatus(new Fault('wrong-state', 'snapshots'))).to.equal(409);
  });
});
