import { mkdir, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { cleanMarks } from '../../src/gateway/bricks/clean-marks.ts';
import { command } from '../pool/lab/command.ts';

const GFID = '0a0b0c0d-0000-4000-8000-000000000001';
const HANDLE = `.glusterfs/0a/0b/${GFID}`;
/** Three bricks, one of them redundant, fragments of 512 bytes: as Gluster 10.3 writes it. */
const CONFIG = '0000080301000200';
const VERSION = '00000000000000180000000000000007';
const EARLIER = 1_700_000_000;
const LATER = EARLIER + 1;

/** A brick with one file, as a disperse volume leaves it in the middle of an append. */
interface Fragment {
  readonly bytes: number;
  /** Of the whole file, as counted. */
  readonly size: number;
  /** Seconds: when a client wrote it last. */
  readonly written: number;
  readonly dirty: boolean;
}

describe('clean-brick settles what disperse was writing', () => {
  let folder: string;
  let program: string;
  before(async function () {
    this.timeout(60_000);
    program = await ensureNative('clean-brick');
    folder = await mkdtemp(join(tmpdir(), 'gluster-csi-fragments-'));
  });
  after(() => rm(folder, { recursive: true }));

  const hex = (number: number, bytes: number) => number.toString(16).padStart(bytes * 2, '0');

  async function brickWith({ bytes, size, written, dirty }: Fragment): Promise<string> {
    const brick = await mkdtemp(join(folder, 'brick-'));
    const file = join(brick, HANDLE);
    await mkdir(join(brick, '.glusterfs/indices/xattrop'), { recursive: true });
    await mkdir(join(brick, '.glusterfs/0a/0b'), { recursive: true });
    await writeFile(join(brick, '.glusterfs/indices/xattrop', GFID), '');
    await writeFile(file, '');
    await truncate(file, bytes);
    const time = `${hex(written, 8)}${hex(5_000_000, 8)}`;
    const marks = {
      'trusted.ec.config': CONFIG,
      'trusted.ec.size': hex(size, 8),
      'trusted.ec.version': VERSION,
      'trusted.ec.dirty': `${hex(dirty ? 1 : 0, 8)}${hex(0, 8)}`,
      'trusted.glusterfs.mdata': `01${hex(0, 8)}${hex(LATER, 8)}${hex(0, 8)}${time}${time}`,
    };
    for (const [name, value] of Object.entries(marks))
      await command(['setfattr', '--name', name, '--value', `0x${value}`, file]);
    return brick;
  }

  async function hexOf(name: string, path: string): Promise<string> {
    const asked = ['getfattr', '--only-values', '--name', name, path];
    return (await command(['sh', '-c', `${asked.join(' ')} | od -An -v -tx1 | tr -d ' \\n'`])).stdout;
  }

  async function settled(brick: string, clone = 'two') {
    await cleanMarks(program, { path: brick, source: 'one', clone, absent: [] });
    const of = (name: string) => hexOf(name, join(brick, HANDLE));
    return {
      bytes: (await stat(join(brick, HANDLE))).size,
      size: Number(`0x${await of('trusted.ec.size')}`),
      version: await of('trusted.ec.version'),
    };
  }

  it('gives bricks that have the same last write the same count, and others another', async () => {
    const fragments = [LATER, LATER, EARLIER].map((written) => ({
      bytes: 1024,
      size: 2000,
      written,
      dirty: true,
    }));
    const [one, two, three] = await Promise.all(
      fragments.map(async (each) => settled(await brickWith(each))),
    );
    expect(one?.version).to.equal(two?.version);
    expect(one?.version).to.not.equal(three?.version);
    expect(one?.version.slice(16), 'of what is no data').to.equal(VERSION.slice(16));
    expect(three?.version).to.not.equal(VERSION);
  });

  it('cuts what lies beyond the counted size, and counts no more than there is', async () => {
    const longer = await settled(await brickWith({ bytes: 2048, size: 2000, written: LATER, dirty: true }));
    expect(longer).to.include({ bytes: 1024, size: 2000 });
    const shorter = await settled(await brickWith({ bytes: 512, size: 5000, written: LATER, dirty: true }));
    expect(shorter).to.include({ bytes: 512, size: 1024 });
  });

  it('changes nothing of a file that nobody was writing, and nothing more when it is repeated', async () => {
    const clean = await settled(await brickWith({ bytes: 2048, size: 2000, written: LATER, dirty: false }));
    expect(clean).to.deep.equal({ bytes: 2048, size: 2000, version: VERSION });
    const brick = await brickWith({ bytes: 2048, size: 2000, written: LATER, dirty: true });
    expect(await settled(brick)).to.deep.equal(await settled(brick));
  });

  it('leaves a brick that is restored what marks it as part of its volume, and settles it too', async () => {
    const brick = await brickWith({ bytes: 2048, size: 2000, written: LATER, dirty: true });
    const marks = {
      'trusted.glusterfs.volume-id': 'a1b2',
      'trusted.afr.one-client-1': '000000010000000000000000',
    };
    const set = async (name: string, value: string, path: string) =>
      command(['setfattr', '--name', name, '--value', `0x${value}`, path]);
    for (const [name, value] of Object.entries(marks))
      for (const path of [brick, join(brick, HANDLE)]) await set(name, value, path);
    expect(await settled(brick, 'one')).to.include({ bytes: 1024, size: 2000 });
    for (const [name, value] of Object.entries(marks))
      for (const path of [brick, join(brick, HANDLE)]) expect(await hexOf(name, path)).to.equal(value);
  });
});
