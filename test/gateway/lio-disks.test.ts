import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXPORT_FILE } from '../../src/gateway/lio/export-state.ts';
import { type LioDisks, mountedLioDisks } from '../../src/gateway/lio/lio-disks.ts';
import { call } from '../fakes/accidents.ts';
import { MemoryPool } from '../fakes/memory-gluster.ts';
import { MemoryHosting } from '../fakes/memory-hosting.ts';

const STATE = '{"v":1,"acls":[{"node":"n1: \\u0000","chap":{"password":"it\'s \\"one\\""}}]}';

/** What both promise; the real one over a directory, which takes the same commands as a mount. */
for (const kind of ['in memory', 'by commands']) {
  describe(`disks of lio ${kind}`, () => {
    let root: string;
    let disks: LioDisks;
    let keepState: (name: string, text: string) => Promise<void>;
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'lio-disks-'));
      const hosting = new MemoryHosting(new MemoryPool());
      disks = kind === 'by commands' ? mountedLioDisks(root) : hosting.lioDisks('h');
      keepState = async (name, text) => {
        const disk = hosting.disksOf('h').get(name);
        if (kind === 'by commands') await writeFile(join(root, name, EXPORT_FILE), `${text}\n`);
        else if (disk !== undefined) disk.exportState = text;
      };
      await disks.make({ name: 'one', size: 4096n }, call());
      await disks.make({ name: 'two', size: 8192n }, call());
    });
    afterEach(() => rm(root, { recursive: true }));

    it('tell how they are exported, each its own', async () => {
      const [one, two] = [
        { name: 'one', size: 4096n, stateText: undefined },
        { name: 'two', size: 8192n, stateText: STATE },
      ];
      await keepState('two', STATE);
      expect((await disks.list(call())).disks).to.deep.equal([one, two]);
      expect(await disks.find('one', call())).to.deep.equal(one);
      expect(await disks.find('two', call())).to.deep.equal(two);
      expect(await disks.find('three', call())).to.equal(undefined);
    });

    it('keep it no longer than the disk', async () => {
      await keepState('two', STATE);
      await disks.remove('two', call());
      await disks.make({ name: 'two', size: 8192n }, call());
      expect((await disks.find('two', call()))?.stateText).to.equal(undefined);
      await disks.remove('one', call());
      await disks.remove('two', call());
      expect((await disks.list(call())).disks).to.deep.equal([]);
    });
  });
}

describe('disks of lio', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lio-disks-'));
    await mountedLioDisks(root).make({ name: 'one', size: 4096n }, call());
  });
  afterEach(() => rm(root, { recursive: true }));

  it('are not taken for unexported ones when that cannot be read', async () => {
    const file = join(root, 'one', EXPORT_FILE);
    await writeFile(file, '');
    for (const look of [mountedLioDisks(root).list(call()), mountedLioDisks(root).find('one', call())])
      expect(await look.catch((error: Error) => error.message)).to.include('how block volumes are exported');
    await unlink(file);
    await symlink('/etc/hostname', file);
    expect((await mountedLioDisks(root).find('one', call()))?.stateText).to.equal(undefined);
  });
});
