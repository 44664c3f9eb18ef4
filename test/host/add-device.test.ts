import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createBrickStore } from '../../src/gateway/bricks/create-brick-store.ts';
import { programArgv } from '../pool/lab/program.ts';
import { makeOuterXfs, type OuterXfs, testCall } from './outer-xfs.ts';

interface Ended {
  readonly code: number;
  readonly stderr: string;
}

describe('gluster-csi add-device', function () {
  this.timeout(60_000);
  let outer: OuterXfs;
  let config: string;
  before(async () => {
    outer = await makeOuterXfs(1, 1024 ** 3);
    config = join(outer.root, '..', 'gateway.yaml');
    const key = { issuer: 'i', keyFile: '/nonexistent' };
    const content = {
      version: 1,
      hostname: 'g1',
      deviceRoots: [outer.root],
      auth: { driver: key, peers: key },
    };
    await writeFile(config, JSON.stringify(content));
  });
  after(() => outer[Symbol.asyncDispose]());

  const addDevice = async (...flags: readonly string[]): Promise<Ended> => {
    const [file = '', ...args] = programArgv('sources', ['add-device', '--config', config, ...flags]);
    return await promisify(execFile)(file, args).then(
      ({ stderr }) => ({ code: 0, stderr }),
      ({ code, stderr }: Ended) => ({ code, stderr }),
    );
  };

  it('makes an empty directory a device; again is success, and another kind is not', async () => {
    const [device = ''] = outer.devices;
    for (const _ of [1, 2]) expect((await addDevice('--device', device)).code).to.equal(0);
    const found = await createBrickStore({ deviceRoots: [outer.root] }).devices(testCall());
    expect(found.map(({ path, provisioner }) => [path, provisioner])).to.deep.equal([[device, 'loop']]);
    expect((await addDevice('--device', device, '--provisioner', 'directory')).code).to.equal(1);
  });

  it('says which directories it could be', async () => {
    const { code, stderr } = await addDevice('--device', '/srv');
    expect(code).to.equal(2);
    expect(stderr).to.include(`not one of, or directly below, ${outer.root}`);
  });
});
