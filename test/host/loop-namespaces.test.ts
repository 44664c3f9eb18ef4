import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { call } from '../contract/backend.ts';
import { remoteHost } from '../contract/host-remote.ts';
import { command, makeOuterXfs } from './outer-xfs.ts';

const MIB = 1024 ** 2;
/** As each start of a container has: the mounts that are there, and those that come. */
const CONTAINER = ['unshare', '--mount', '--propagation', 'slave'];

describe('loop devices of a container that has ended', () => {
  it('are found by the next one, and by their own file alone', async () => {
    await using outer = await makeOuterXfs(2, 1024 * MIB);
    const files = outer.devices.map((device) => join(device, 'disk'));
    const [file = '', other = ''] = files;
    for (const one of files) {
      writeFileSync(one, '');
      truncateSync(one, 64 * MIB);
    }
    const moved = join(outer.root, 'moved');
    mkdirSync(moved);
    await command('mount', ['--bind', outer.devices[0] ?? '', moved]);
    const first = remoteHost((inside) => [...CONTAINER, ...inside]);
    const made = await first.host.attachLoop(file, { readonly: false }, call());
    const backing = () => readFileSync(`/sys/block/${basename(made.path)}/loop/backing_file`, 'utf8').trim();
    expect(backing()).to.equal(file);
    await first[Symbol.asyncDispose]();
    // Its mounts have gone with it, and with them the way to the file.
    expect(backing()).to.equal('/disk');

    await using next = remoteHost((inside) => [...CONTAINER, ...inside]);
    expect(await next.host.loops(other, call())).to.deep.equal([]);
    for (const path of [file, join(moved, 'disk')]) {
      expect(await next.host.loops(path, call()), path).to.deep.equal([made]);
    }
    expect(await next.host.loopAt({ device: made.path, file }, call())).to.deep.equal(made);
    expect(await next.host.loopAt({ device: made.path, file: other }, call())).to.equal(undefined);
    expect(await next.host.detachLoop(made, call())).to.equal(true);
  });
});
