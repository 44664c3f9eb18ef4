import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkBrickPath } from '../../src/gateway/brick-path.ts';

describe('gateway brick path', () => {
  let root: string;
  beforeEach(async () => {
    root = join(await realpath(await mkdtemp(join(tmpdir(), 'brick-path-'))), 'root');
    await mkdir(join(root, 'a/b'), { recursive: true });
    await mkdir(join(root, 'dev/bricks'), { recursive: true });
    await symlink('/etc', join(root, 'link'));
    await writeFile(join(root, 'file'), '');
  });
  afterEach(() => rm(join(root, '..'), { recursive: true }));

  const check = (path: string, create = false) =>
    checkBrickPath(path, { roots: [root], devices: [join(root, 'dev')], create });
  const reason = (path: string, create = false) =>
    check(path, create).then(
      () => 'taken',
      (error: Error) => error.message,
    );

  it('takes a directory below a root, and an absent last one when it may be made', async () => {
    expect(await reason(join(root, 'a/b'))).to.equal('taken');
    expect(await reason(join(root, 'a/new'), true)).to.equal('taken');
    expect(await reason(join(root, 'a/new'))).to.include('does not exist');
    expect(await reason(join(root, 'new/new'), true)).to.include('does not exist');
  });

  it('refuses what leads or points elsewhere', async () => {
    for (const path of [
      '/etc',
      `${root}/../other`,
      `${root}/a/../../x`,
      'a/b',
      '',
      '/',
      `${root}x/a`,
      `${root}/a//b`,
    ]) {
      expect(await reason(path), path).to.match(/no plain absolute path|below a device root/);
    }
    for (const path of [
      `${root}/a b`,
      `${root}/a\nb`,
      `${root}/-a`,
      `${root}/a:b`,
      `${root}/${'x'.repeat(300)}`,
    ]) {
      expect(await reason(path), path).to.include('no plain absolute path');
    }
    expect(await reason(root)).to.include('below a device root');
    expect(await reason(join(root, 'link'))).to.include('symbolic link');
    expect(await reason(join(root, 'link/ssl'))).to.include('symbolic link');
    expect(await reason(join(root, 'file'))).to.include('no directory');
  });

  it('keeps clients off the devices, and above them', async () => {
    expect(await reason(join(root, 'dev'))).to.include('overlaps the device');
    expect(await reason(join(root, 'dev/bricks'))).to.include('overlaps the device');
  });
});
