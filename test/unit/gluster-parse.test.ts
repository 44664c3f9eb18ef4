import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseClientList } from '../../src/gateway/gluster-cli/parse-client-list.ts';
import { parseHealSummary } from '../../src/gateway/gluster-cli/parse-heal-summary.ts';
import { parsePoolList } from '../../src/gateway/gluster-cli/parse-pool-list.ts';
import { parseVolumeGet } from '../../src/gateway/gluster-cli/parse-volume-get.ts';
import { parseVolumeInfo } from '../../src/gateway/gluster-cli/parse-volume-info.ts';
import { parseVolumeStatus } from '../../src/gateway/gluster-cli/parse-volume-status.ts';
import { parseVolumeTasks } from '../../src/gateway/gluster-cli/parse-volume-tasks.ts';
import type { Reply } from '../../src/gateway/gluster-cli/reply.ts';
import { parseReply } from '../../src/gateway/gluster-cli/reply.ts';

const FOLDER = new URL('../fixtures/gluster-10.3-xml/', import.meta.url);

function sample(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

function reply(name: string): Reply {
  const parsed = parseReply(sample(name));
  if (parsed === undefined) throw new Error(`${name} was not understood`);
  return parsed;
}

function infoWith(value: string): string {
  return sample('volume-info-r3.xml').replace('<value>pvc-123</value>', `<value>${value}</value>`);
}

describe('gluster’s XML', () => {
  it('is understood in every recorded sample, save those that are text', () => {
    const text = ['ERRORS.txt', 'gstate', 'volume-heal-r3.xml', 'volume-heal-r3-statistics-heal-count.xml'];
    for (const name of readdirSync(FOLDER)) {
      const parsed = parseReply(sample(name));
      const isText = text.includes(name) || name === 'volume-help.xml';
      expect(parsed === undefined, name).to.equal(isText);
      if (parsed !== undefined) expect(parsed.opRet, name).to.be.a('number');
    }
  });

  it('tells volumes', () => {
    const [r3] = parseVolumeInfo(reply('volume-info-r3.xml'));
    expect(r3).to.include({
      name: 'r3',
      state: 'Started',
      replicaCount: 3,
      transport: 'tcp',
      snapshotCount: 0,
    });
    expect(r3?.bricks[1]).to.deep.equal({
      host: 'g2',
      path: '/srv/pool/g2/bricks/r3/brick',
      peerId: 'f160a55c-d8f7-42a8-ac40-463f87e059cb',
      arbiter: false,
    });
    expect(r3?.options).to.include({ 'user.csi': '{"a":1,"b":"x y"}', 'nfs.disable': 'on' });
    const all = parseVolumeInfo(reply('volume-info-all.xml'));
    expect(all.length).to.be.greaterThan(1);
    expect(all.some((volume) => volume.disperseCount > 0)).to.equal(true);
  });

  it('gives option values back as they were set, and resolves no entity of a document’s own', () => {
    const [volume] = parseVolumeInfo(
      parseReply(infoWith('{&quot;a&quot;:&quot;&lt;&amp;lt;&gt; ž&quot;}')) as Reply,
    );
    expect(volume?.options['user.csi.name']).to.equal('{"a":"<&lt;> ž"}');
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>';
    expect(parseReply(infoWith('&a;').replace('<cliOutput>', `${bomb}<cliOutput>`))).to.equal(undefined);
  });

  it('is refused when it is cut off, too deep, or no XML at all', () => {
    const xml = sample('volume-info-r3.xml');
    expect(parseReply(xml.slice(0, xml.length / 2))).to.equal(undefined);
    expect(parseReply(infoWith(`${'<a>'.repeat(100)}${'</a>'.repeat(100)}`))).to.equal(undefined);
    for (const text of ['', 'Connection failed. Please check if gluster daemon is operational.', '<?xml'])
      expect(parseReply(text), text).to.equal(undefined);
  });

  it('reads a single element, and none, like several', () => {
    const none =
      '<?xml version="1.0"?><cliOutput><opRet>0</opRet><volInfo><volumes><count>0</count></volumes></volInfo></cliOutput>';
    expect(parseVolumeInfo(parseReply(none) as Reply)).to.deep.equal([]);
    const empty = '<?xml version="1.0"?><cliOutput><opRet>0</opRet><volInfo/></cliOutput>';
    expect(parseVolumeInfo(parseReply(empty) as Reply)).to.deep.equal([]);
  });

  it('tells the state of bricks, without daemons', () => {
    const detail = parseVolumeStatus(reply('volume-status-detail-r3.xml'));
    expect(detail).to.have.length(3);
    expect(detail[0]).to.deep.equal({
      host: 'g1',
      path: '/srv/pool/g1/bricks/r3/brick',
      peerId: '58eb90b2-51a0-49c6-a634-b31d09adb5cd',
      online: true,
      pid: 190,
      port: 50_170,
      sizeTotal: 12_817_793_024n,
      sizeFree: 11_880_218_624n,
      device: '/dev/loop0',
      fsType: 'xfs',
      mountOptions: 'rw,relatime,inode64,logbufs=8,logbsize=32k,noquota',
    });
    expect(parseVolumeStatus(reply('volume-status-r3.xml'))).to.have.length(3);
    const down = parseVolumeStatus(reply('volume-status-r3-g3down.xml'));
    expect(down.map((brick) => brick.host)).to.deep.equal(['g1', 'g2']);
    for (const name of ['dist', 'ec', 'with-task'])
      expect(parseVolumeStatus(reply(`volume-status-${name}.xml`))).not.to.be.empty;
  });

  it('tells what moves files between brick sets, and whether it still does', () => {
    expect(parseVolumeTasks(reply('volume-status-tasks-r3.xml'))).to.deep.equal([]);
    const id = '5ce2b0dd-1ac1-4c54-af91-5bc12095a893';
    const text = sample('volume-status-with-task.xml');
    for (const [status, isRunning] of [
      ['0', false],
      ['1', true],
      ['2', false],
      ['3', false],
      ['5', true],
    ] as const) {
      const parsed = parseReply(text.replace('<status>3</status>', `<status>${status}</status>`));
      const tasks = parsed === undefined ? [] : parseVolumeTasks(parsed);
      expect(tasks, status).to.deep.equal([{ id, type: 'remove brick', isRunning }]);
    }
  });

  it('tells the pool', () => {
    expect(parsePoolList(reply('pool-list.xml')).map((peer) => [peer.host, peer.connected])).to.deep.equal([
      ['g2', true],
      ['g3', true],
      ['localhost', true],
    ]);
    const down = parsePoolList(reply('pool-list-g3down.xml')).find((peer) => peer.host === 'g3');
    expect(down?.connected).to.equal(false);
  });

  it('tells what is to be healed, also of a brick that cannot be asked', () => {
    const healthy = parseHealSummary(reply('volume-heal-r3-info-summary.xml'));
    expect(healthy.map((brick) => brick.total)).to.deep.equal([0, 0, 0]);
    const down = sample('volume-heal-r3-info-summary.xml').replace(
      /<status>Connected<\/status>\s*<totalNumberOfEntries>0[\s\S]*?<\/brick>/,
      '<status>Failed to process entries completely. (Transport endpoint is not connected)totalNumberOfEntries0</status></brick>',
    );
    expect(parseHealSummary(parseReply(down) as Reply)[0]).to.include({
      status: 'Failed to process entries completely. (Transport endpoint is not connected)',
      total: undefined,
      pending: undefined,
    });
  });

  it('tells options with their defaults', () => {
    const options = parseVolumeGet(reply('volume-get-r3-all.xml'));
    expect(options).to.have.length(342);
    expect(options[0]).to.deep.equal({ name: 'cluster.lookup-unhashed', value: 'on', isDefault: true });
    expect(options.find((option) => option.name === 'cluster.subvols-per-directory')?.value).to.equal('');
  });

  it('tells client names from text', () => {
    const head = 'Client connections for volume v1\nName      count\n-----     ------\n';
    const text = `${head}glustershd            3\nfuse                  1\n\ntotal clients for volume v1 : 5 \n-----\n`;
    expect(parseClientList(text)).to.deep.equal([
      { kind: 'glustershd', count: 3 },
      { kind: 'fuse', count: 1 },
      { kind: 'unknown', count: 1 },
    ]);
    const none = 'Client connections for volume d1\n\ntotal clients for volume d1 : 0 \n-----\n';
    expect(parseClientList(none)).to.deep.equal([]);
    for (const other of ['', 'Commit failed on bk2. Please check log file for details.', head])
      expect(parseClientList(other), other).to.equal(undefined);
  });
});
