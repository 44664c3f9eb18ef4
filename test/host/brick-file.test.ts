import { mkdir, open, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { run } from '../../src/host/run.ts';
import { command, makeOuterXfs, type OuterXfs } from './outer-xfs.ts';

const BLOCK = 256 * 1024;
const GFID = '0123456789abcdef0123456789abcdef';

describe('brick-file', function () {
  this.timeout(60_000);
  let program: string;
  let outer: OuterXfs;
  const brick = () => outer.devices[0] ?? '';
  before(async () => {
    program = await ensureNative('brick-file');
    outer = await makeOuterXfs(1, 512 * 1024 ** 2);
    for (const name of ['one', 'two', 'linked']) await mkdir(join(brick(), name));
    for (const name of ['one', 'two']) await writeFile(join(brick(), name, 'disk'), '');
    await truncate(join(brick(), 'one/disk'), 4 * BLOCK + 100);
    await truncate(join(brick(), 'two/disk'), 9);
    await command('setfattr', ['-n', 'trusted.gfid', '-v', `0x${GFID}`, join(brick(), 'one/disk')]);
    await symlink('../one/disk', join(brick(), 'linked/disk'));
    await symlink('one', join(brick(), 'folder'));
  });
  after(() => outer[Symbol.asyncDispose]());

  const ask = (verb: string, ...args: string[]) =>
    run(program, [verb, brick(), ...args], { timeoutMs: 20_000 });
  const told = async (verb: string, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await ask(verb, ...args);
    expect(exitCode, stderr).to.equal(0);
    return stdout.trim();
  };
  const digest = (path: string, ...keys: readonly string[]) =>
    told('digest', path, `${BLOCK}`, '0', '100', ...keys);
  const put = async (path: string, at: number, text: string) => {
    const file = await open(join(brick(), path), 'r+');
    await file.write(text, at);
    await file.close();
  };

  it('tells id and size, and of blame for another brick alone', async () => {
    const size = 4 * BLOCK + 100;
    const mark = (name: string, value: string) =>
      command('setfattr', ['-n', name, '-v', value, join(brick(), 'one/disk')]);
    expect(await told('look', 'one/disk')).to.equal(`${GFID} ${size} clean`);
    await mark('trusted.afr.dirty', '0x000000010000000000000000');
    await mark('trusted.afr.h-client-1', '0x000000000000000000000000');
    expect(await told('look', 'one/disk')).to.equal(`${GFID} ${size} clean`);
    await mark('trusted.afr.h-client-2', '0x000000010000000000000000');
    expect(await told('look', 'one/disk')).to.equal(`${GFID} ${size} blames`);
  });

  it('makes a file that is there a reflink, and sums up its blocks that are not zeros', async () => {
    await put('one/disk', 2 * BLOCK + 5, 'two');
    await put('one/disk', 4 * BLOCK + 50, 'the end');
    expect(await told('clone', 'one/disk', 'two/disk')).to.equal(`${4 * BLOCK + 100}`);
    const content = await readFile(join(brick(), 'two/disk'));
    expect(content.equals(await readFile(join(brick(), 'one/disk')))).to.equal(true);
    const sums = await digest('two/disk', '12345', '67890');
    expect(sums.split('\n').map((line) => line.split(' ')[0])).to.deep.equal(['2', '4']);
    expect(await digest('one/disk', '12345', '67890')).to.equal(sums);
    expect(await digest('one/disk', '12345', '67891')).to.not.equal(sums);
    await put('one/disk', 2 * BLOCK + 6, 'w');
    expect(await digest('one/disk', '12345', '67890')).to.equal(sums);
    await put('one/disk', 2 * BLOCK + 6, 'W');
    const changed = (await digest('one/disk', '12345', '67890')).split('\n');
    expect(changed.map((line, index) => line === sums.split('\n')[index])).to.deep.equal([false, true]);
    expect(await digest('two/disk', '12345', '67890')).to.equal(sums);
  });

  for (const path of ['linked/disk', 'folder/disk', '../etc/passwd', '/etc/passwd', 'one', 'none/disk']) {
    it(`has nothing to do with ${path}`, async () => {
      for (const [verb, ...args] of [
        ['look', path],
        ['clone', path, 'two/disk'],
        ['clone', 'one/disk', path],
        ['digest', path, `${BLOCK}`, '0', '1', '1', '2'],
      ] as const) {
        const { exitCode, stdout, stderr } = await ask(verb, ...args);
        expect([exitCode, stdout], `${verb}: ${stderr}`).to.deep.equal([1, '']);
      }
    });
  }
});
