import { Lab } from './lab.ts';

/**
 * Brings a small lab up as `up-and-wait.ts NAME`, with a brick image on its disk that is mounted by a loop device of
 * its own, says "up" and waits to be killed. For the tests of what is cleaned up then.
 */
const [name = ''] = process.argv.slice(2);
const lab = await Lab.up({ name, servers: 1, workers: 0, disksPerServer: 1 });
const { machine } = lab.server(1);
const image = '/srv/gluster/disk1/image.xfs';
await machine.must(['truncate', '-s', '1G', image]);
await machine.must(['mkfs.xfs', '-q', image]);
const device = (await machine.must(['losetup', '--find', '--show', image])).trim();
await machine.must(['mkdir', '/srv/brick']);
await machine.must(['mount', device, '/srv/brick']);
console.log('up');
setInterval(() => undefined, 60_000);
