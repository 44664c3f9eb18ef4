import { kill } from 'node:process';
import { expect } from 'chai';
import { isFault } from '../../../src/control/fault.ts';
import type { IscsiVolumeInfo } from '../../../src/glusterd2/iscsi-wire.ts';
import { run } from '../../../src/host/run.ts';
import { faultOf } from '../../contract/backend.ts';
import { command } from '../../pool/lab/command.ts';
import { PATIENCE } from '../../pool/lab/patience.ts';
import { until } from '../../pool/lab/until.ts';
import { DriverNode } from '../iscsi/driver-node.ts';
import { chapOf } from '../iscsi/initiator.ts';
import { LioLab } from '../iscsi/lio-lab.ts';

const MIB = 1024n ** 2n;
const SIZE = 64n * MIB;
const NAME = 'one';
const CHAP = chapOf('one');

/** The life of one disk on a replica of three, exported by real servers to a real initiator. */
describe('iscsi: an export of a Gluster volume', function () {
  this.timeout(300_000 * PATIENCE);
  this.bail(true);
  let own: LioLab;
  let info: IscsiVolumeInfo;
  let disk: string;
  before(async () => {
    own = await LioLab.up();
  });
  after(() => own?.down());

  const publication = () => ({ node: 'n1', initiator: own.initiator.name, readonly: false, chap: CHAP });
  const write = (text: string, at = 0, device = disk) =>
    run('dd', [`of=${device}`, 'bs=4096', `seek=${at}`, 'oflag=direct', 'conv=notrunc,sync', 'status=none'], {
      timeoutMs: 120_000 * PATIENCE,
      input: text,
    });
  const read = async (at = 0) => {
    const how = ['bs=4096', 'count=1', `skip=${at}`, 'iflag=direct', 'status=none'];
    return (await command(['dd', `if=${disk}`, ...how])).stdout.replaceAll('\0', '');
  };
  const attach = async () => {
    expect(await own.initiator.login(info, CHAP)).to.equal(0);
    disk = await own.initiator.disk(info, info.wwn);
  };

  const givenUpBy = (server: number) =>
    until('the old server has given it up', async () => (await own.mountsOn(server)).length === 0, {
      timeoutMs: 60_000 * PATIENCE,
    });

  it('is written by a node with CHAP both ways, and grows', async () => {
    await own.api.create(NAME, SIZE);
    info = await own.api.publish(NAME, publication());
    expect(await own.api.publish(NAME, publication())).to.deep.equal(info);
    await attach();
    expect(await own.initiator.bytes(disk)).to.equal(SIZE);
    expect((await write('first')).exitCode).to.equal(0);
    await own.api.expand(NAME, 2n * SIZE);
    await own.initiator.rescan();
    await until('it has grown', async () => (await own.initiator.bytes(disk)) === 2n * SIZE);
    expect(await read()).to.equal('first');
  });

  it('keeps its secrets out of logs, options and command lines', async () => {
    const secrets = [CHAP.password, CHAP.mutual?.password ?? ''].flatMap((secret) => ['-e', secret]);
    const logs = own.lab.servers.flatMap(({ machine: { folder } }) => [
      `${folder}/log`,
      `${folder}/gateway.log`,
    ]);
    const found = await run('grep', ['-rl', '--fixed-strings', ...secrets, ...logs], {
      timeoutMs: 60_000 * PATIENCE,
    });
    expect([found.exitCode, found.stdout]).to.deep.equal([1, '']);
    const options = await own.lab.server(1).mustGluster(['volume', 'info']);
    expect(options).to.include(`/${NAME}(`).and.not.include(CHAP.password);
  });

  it('lives on while its gateway is killed, and has a new client beneath its session', async () => {
    const exporter = own.exporterOf(info);
    const session = await own.initiator.sessions();
    await own.gateways.service(exporter).kill();
    expect((await write('without a gateway')).exitCode).to.equal(0);
    await own.gateways.service(exporter).start();
    kill(await own.clientOf(exporter), 'SIGKILL');
    await until('it is written again', async () => (await write('new client')).exitCode === 0, {
      timeoutMs: 60_000 * PATIENCE,
    });
    expect(await own.initiator.sessions()).to.equal(session);
    expect(await read()).to.equal('new client');
  });

  it('moves to a named server, with its WWN and its nodes', async () => {
    const before = info;
    const home = await own.homeServer();
    await own.use(home);
    const to = [1, 2, 3].find((server) => server !== home && server !== own.exporterOf(before)) ?? 0;
    info = await own.api.move(NAME, own.lab.server(to).name);
    expect([info.wwn, own.exporterOf(info), info.published]).to.deep.equal([
      before.wwn,
      to,
      before.published,
    ]);
    await givenUpBy(own.exporterOf(before));
    await attach();
    expect(await read()).to.equal('new client');
    await own.initiator.logout(before);
  });

  it('is taken from a server that hangs, whose writes fail before another has it', async () => {
    const before = info;
    const old = own.exporterOf(info);
    const client = await own.clientOf(old);
    kill(client, 'SIGSTOP');
    own.gateways.service(old).pause();
    const late = write('late', 1);
    info = await own.api.move(NAME);
    expect([info.wwn, own.exporterOf(info) === old]).to.deep.equal([before.wwn, false]);
    await attach();
    expect(await read()).to.equal('new client');
    expect((await write('mine', 1)).exitCode).to.equal(0);
    kill(client, 'SIGCONT');
    expect((await late).exitCode).to.not.equal(0);
    own.gateways.service(old).resume();
    await givenUpBy(old);
    expect(await read(1)).to.equal('mine');
    await own.initiator.logout(before);
  });

  it('is built again after a boot of its server', async () => {
    const exporter = own.exporterOf(info);
    await own.forgetExport(exporter, info);
    expect((await write('nobody there')).exitCode).to.not.equal(0);
    await own.gateways.service(exporter).start();
    await until('it is written again', async () => (await write('after a boot')).exitCode === 0, {
      timeoutMs: 60_000 * PATIENCE,
    });
    expect([await read(), await read(1)]).to.deep.equal(['after a boot', 'mine']);
  });

  it('comes back to a server only once its client of then has ended, with what it still had to write', async () => {
    const [old, before] = [own.exporterOf(info), info];
    await own.initiator.logout(info);
    await own.use([1, 2, 3].find((server) => server !== old) ?? 0);
    kill(await own.clientOf(old), 'SIGSTOP');
    own.gateways.service(old).pause();
    const late = write('late again', 1, own.mapOf(info));
    info = await own.api.move(NAME);
    await attach();
    expect((await write('between', 1)).exitCode).to.equal(0);
    await own.initiator.logout(info);
    own.gateways.service(old).resume();
    // Its client is still stopped, with that write.
    info = await own.api.move(NAME, own.lab.server(old).name);
    expect([own.exporterOf(info), info.iqn]).to.deep.equal([old, before.iqn]);
    expect((await late).exitCode).to.not.equal(0);
    await attach();
    expect(await read(1)).to.equal('between');
    await own.initiator.logout(info);
    await own.api.unpublish(NAME, 'n1');
  });

  it('has another name when it is published anew, and nobody under the old one', async () => {
    const before = info;
    info = await own.api.publish(NAME, publication());
    expect([info.wwn, info.iqn === before.iqn]).to.deep.equal([before.wwn, false]);
    expect(await own.initiator.login(before, CHAP)).to.not.equal(0);
    await own.initiator.logout(before);
    await attach();
    expect(await read(1)).to.equal('between');
    await own.initiator.logout(info);
    await own.api.unpublish(NAME, 'n1');
    expect(await own.leftovers()).to.deep.equal([]);
  });

  describe('as a volume of the driver', () => {
    let node: DriverNode;
    before(async () => {
      await own.api.create('two', 2n * SIZE);
      info = await own.api.publish('two', publication());
      node = await DriverNode.start(CHAP);
    });
    after(() => node?.[Symbol.asyncDispose]());

    it('is staged, written, and grows; no other node may have it meanwhile', async () => {
      await node.attach(info);
      await node.write('first');
      const stranger = { ...publication(), node: 'n2', initiator: 'iqn.2026-11.org.example:n2' };
      expect((await faultOf('wrong-state', own.api.publish('two', stranger))).message).to.match(
        /published to node n1/,
      );
      await own.api.expand('two', 3n * SIZE);
      await node.expand(3n * SIZE);
      await node.write('grown');
    });

    it('waits while its server boots, and goes on', async () => {
      const exporter = own.exporterOf(info);
      await own.forgetExport(exporter, info);
      const writing = node.write('while it boots');
      await own.gateways.service(exporter).start();
      await writing;
      await node.requireWritten();
    });

    it('leaves nothing on the node and on the servers', async () => {
      await node.detach();
      expect(await node.leftovers()).to.deep.equal([]);
      await own.api.unpublish('two', 'n1');
      expect(await own.leftovers()).to.deep.equal([]);
    });

    it('is gone with its hosting volume, once nobody is connected to that any more', async () => {
      await until('the hosting volume is gone', async () => {
        // With what an earlier one could not take away yet.
        for (const name of [NAME, 'two']) await own.api.delete(name).catch(orAbsent);
        return (await own.lab.server(1).mustGluster(['volume', 'list'])) === '';
      });
    });
  });
});

function orAbsent(error: unknown): void {
  if (!isFault(error, 'not-found')) throw error;
}
