import { chmod, mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { contentOf } from '../../src/host/device-content.ts';
import { isMarked, mark } from '../../src/host/file-mark.ts';
import { call } from '../fakes/accidents.ts';
import { command } from '../pool/lab/command.ts';

const MIB = 1024 ** 2;
/** Of sb_inprogress in an XFS superblock. */
const IN_PROGRESS = 126;

describe('a disk on which a file system was being made', () => {
  let folder: string;
  let disk: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unfinished-disk-'));
    disk = join(folder, 'disk');
    await writeFile(disk, '');
    await truncate(disk, 400 * MIB);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is told by no mode that files get by habit', async () => {
    for (const mode of [0o600, 0o644, 0o700, 0o711, 0o755, 0o777]) {
      await chmod(disk, mode);
      expect(await isMarked(disk, call()), mode.toString(8)).to.equal(false);
    }
    await mark(disk, true, call());
    expect(await isMarked(disk, call())).to.equal(true);
  });

  it('is no whole XFS before its superblock says so', async () => {
    await command(['mkfs.xfs', '-q', disk]);
    expect(await contentOf({ device: disk, file: disk }, call())).to.equal('xfs');
    await using file = await open(disk, 'r+');
    await file.write(Buffer.from([1]), 0, 1, IN_PROGRESS);
    await file.sync();
    expect(await contentOf({ device: disk, file: disk }, call())).to.equal('other');
  });
});
