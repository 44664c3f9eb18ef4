import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import {
  formatKey,
  isKeyOf,
  isPathOf,
  readRecord,
  writeRecord,
} from '../../src/gateway/bricks/brick-record.ts';
import { readMark, writeMark } from '../../src/gateway/bricks/device-mark.ts';

const FROZEN = fileURLToPath(new URL('../fixtures/brick-v1', import.meta.url));
const KEY = 'pvc-1.0.2';

describe('brick record, format 1', () => {
  let device: string;
  let directory: string;
  beforeEach(async () => {
    device = await mkdtemp(join(tmpdir(), 'gluster-csi-record-'));
    await cp(FROZEN, device, { recursive: true });
    directory = join(device, 'bricks', KEY);
  });
  afterEach(() => rm(device, { recursive: true, force: true }));

  it('is read as it was released', async () => {
    expect(await readRecord(directory)).to.deep.equal({
      volume: 'pvc-1',
      subvol: 0,
      brick: 2,
      device,
      provisioner: 'loop',
      state: 'used',
      token: '92f06079-9e95-4d2d-b8e6-6d656fad7fd2:4711:3d0c1c3e-3a1f-4c55-8d7e-0d5f6f6a0c11',
      dataBytes: 1_073_741_824n,
      accountBytes: 1_207_959_552n,
      createdAt: 1_795_303_424_485,
      path: join(device, `bricks/${KEY}/fs/brick`),
    });
    expect(await readMark(device)).to.deep.equal({ provisioner: 'loop', state: 'enabled' });
  });

  it('is written as it was released', async () => {
    await writeRecord(directory, await readRecord(directory));
    await writeMark(device, { provisioner: 'loop', state: 'enabled' });
    for (const path of [`bricks/${KEY}/brick.json`, '.gluster-csi-device'])
      expect(await readFile(join(device, path), 'utf8')).to.equal(await readFile(join(FROZEN, path), 'utf8'));
  });

  it('keeps a copy of the volume’s record besides', async () => {
    const brick = { ...(await readRecord(directory)), record: '{"v":1,"metadata":{"a":"é\\n\\""}}' };
    await writeRecord(directory, brick);
    expect(await readRecord(directory)).to.deep.equal(brick);
  });

  it('keeps what a thin brick was copied from, and the disk of its device', async () => {
    const origin = { snapshot: 's1', volume: 'v1', absent: [1], glusterName: '0f'.repeat(16) };
    const brick = { ...(await readRecord(directory)), provisioner: 'lvm' as const, origin, family: 'v1.0.2' };
    await writeRecord(directory, brick);
    expect(await readRecord(directory)).to.deep.equal(brick);
    const mark = { provisioner: 'lvm', state: 'enabled', source: '/dev/disk/by-id/a' } as const;
    await writeMark(device, mark);
    expect(await readMark(device)).to.deep.equal(mark);
  });

  it('knows the paths of a volume’s bricks from any others', () => {
    const ours = `/srv/dev/bricks/${KEY}/fs/brick`;
    expect(isPathOf(ours, 'pvc-1')).to.equal(true);
    for (const other of ['/srv/dev/bricks/pvc-10.0.2/fs/brick', '/srv/b', '/', `${ours}/x`, `${ours}2`])
      expect(isPathOf(other, 'pvc-1'), other).to.equal(false);
  });

  it('is refused when newer, damaged, empty, or of another brick', async () => {
    const frozen = JSON.parse(await readFile(join(directory, 'brick.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const bad: readonly [string, RegExp][] = [
      ['{"v":2}', /format 2, this gateway knows 1; upgrade it/],
      ['', /cannot be read/],
      ['{"v":1}', /is damaged/],
      [JSON.stringify({ ...frozen, volume: 'other' }), /describes the brick other\.0\.2/],
      [JSON.stringify({ ...frozen, volume: '../x' }), /is damaged: volume/],
      [JSON.stringify({ ...frozen, dataBytes: -1 }), /is damaged: dataBytes/],
      [JSON.stringify({ ...frozen, record: 'x'.repeat(4001) }), /is damaged: record/],
      [JSON.stringify({ ...frozen, state: 'lost' }), /is damaged: state/],
    ];
    for (const [text, message] of bad) {
      await writeFile(join(directory, 'brick.json'), text);
      const error: unknown = await readRecord(directory).catch((thrown: unknown) => thrown);
      expect(isFault(error, 'wrong-state'), text).to.equal(true);
      expect(String(error)).to.match(message);
    }
  });

  it('names directories so that no volume’s bricks are taken for another’s', () => {
    const name = formatKey({ volume: 'a', subvol: 1, brick: 2 });
    expect(name).to.equal('a.1.2');
    expect(isKeyOf(name, 'a')).to.equal(true);
    for (const other of ['a.1', 'a.1.2', '', 'A', 'ab']) expect(isKeyOf(name, other), other).to.equal(false);
    expect(isKeyOf('ab.0.0', 'a')).to.equal(false);
  });
});
