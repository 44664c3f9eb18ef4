import { expect } from 'chai';
import { RecentEvents } from '../../src/kubernetes/recent-events.ts';
import { boundMessage, toEvent } from '../../src/kubernetes/to-event.ts';
import { countMounts } from '../../src/staging/count-mounts.ts';
import type { Mount } from '../../src/staging/host.ts';
import { observeCommand, observeRequest, observeRpc, setClients } from '../../src/telemetry/metrics.ts';
import { registry } from '../../src/telemetry/registry.ts';

const DRIVER = 'file.csi.gluster.org';

describe('metrics', () => {
  beforeEach(() => {
    for (const part of ['rpc', 'command', 'http_request']) {
      registry.getSingleMetric(`gluster_csi_${part}_duration_seconds`)?.reset();
    }
  });

  it('name known commands by their base name, others not at all', async () => {
    observeCommand(['/usr/sbin/glusterfs', '--version'], 'ok', 0.2);
    observeCommand(['glusterfs'], 'ok', 0.2);
    observeCommand(['/tmp/x; rm -rf /'], 'missing', 0.2);
    const born = ['/usr/libexec/gluster-csi/in-cgroup', '/proc/1/ns/cgroup', '/sys/fs/cgroup/x', '--'];
    observeCommand([...born, 'glusterfs', '--', 'mount'], 'ok', 0.2);
    observeCommand(born.slice(0, 2), 'failed', 0.2);
    const text = await registry.metrics();
    expect(text).to.contain('command_duration_seconds_count{command="glusterfs",outcome="ok"} 3\n');
    expect(text).to.contain('command_duration_seconds_count{command="other",outcome="missing"} 1\n');
    expect(text).to.contain('command_duration_seconds_count{command="other",outcome="failed"} 1\n');
    expect(text).not.to.contain('rm -rf');
  });

  it('keep a client from making labels', async () => {
    observeRequest({ route: undefined, method: 'BREW', status: 404, seconds: 0.01 });
    observeRequest({ route: '/v1/volumes/:volname', method: 'GET', status: 200, seconds: 0.01 });
    const text = await registry.metrics();
    expect(text).to.contain('request_duration_seconds_count{route="other",method="other",status="404"} 1\n');
    expect(text).to.contain('_count{route="/v1/volumes/:volname",method="GET",status="200"} 1\n');
    expect(text).not.to.contain('BREW');
  });

  it('tell of RPCs in seconds', async () => {
    observeRpc({ service: 'csi.v1.Node', method: 'NodeStageVolume', code: 'OK', seconds: 1.5 });
    const labels = 'service="csi.v1.Node",method="NodeStageVolume",code="OK"';
    expect(await registry.metrics()).to.contain(`gluster_csi_rpc_duration_seconds_sum{${labels}} 1.5\n`);
  });

  it('tell of clients, and of replacements before there are any', async () => {
    setClients({ live: 3, dead: 1, old: 2 });
    const text = await registry.metrics();
    expect(text).to.contain('gluster_csi_clients{state="dead"} 1\n');
    expect(text).to.contain('gluster_csi_old_clients 2\n');
    expect(text).to.match(/^gluster_csi_client_replacements_total\{reason="dead",outcome="ok"\} \d/m);
  });
});

describe('mounts that are counted', () => {
  const kubelet = '/var/lib/kubelet';
  const staged = `${kubelet}/plugins/kubernetes.io/csi/${DRIVER}/abc/globalmount`;
  const published = `${kubelet}/pods/123/volumes/kubernetes.io~csi/pvc-1/mount`;
  const mount = (target: string, fsType = 'fuse.glusterfs') => ({ target, fsType }) as Mount;

  it('are those of GlusterFS at places of kubelet’s, each place once', () => {
    const mounts = [
      mount(staged),
      mount(staged),
      mount(published),
      mount('/data/kubelet/pods/9/volumes/kubernetes.io~csi/pvc-2/mount'),
      mount(staged.replace(DRIVER, 'another.driver')),
      mount(published, 'xfs'),
      mount(`${published}/below`),
      mount(`${kubelet}/pods/123/volume-subpaths/pvc-1/main/0`),
      mount(`${kubelet}/plugins/${DRIVER}/clients/1/mount`),
    ];
    expect(countMounts(mounts, DRIVER)).to.deep.equal({ staged: 1, published: 2 });
  });
});

describe('recent events', () => {
  it('are told again after five minutes, or when telling them failed', () => {
    let now = 0;
    const recent = new RecentEvents(() => now);
    expect(recent.admit('pod', 'died')).to.equal(true);
    now = 299_999;
    expect(recent.admit('pod', 'died')).to.equal(false);
    expect(recent.admit('other', 'died')).to.equal(true);
    now = 300_000;
    expect(recent.admit('pod', 'died')).to.equal(true);
    recent.forget('pod', 'died');
    expect(recent.admit('pod', 'died')).to.equal(true);
  });

  it('are bounded for one object, and in all', () => {
    let now = 0;
    const recent = new RecentEvents(() => now);
    const admitted = (object: string) =>
      Array.from({ length: 200 }, (_, number) => recent.admit(object, String(number))).filter(Boolean).length;
    expect(admitted('pod')).to.equal(50);
    expect(admitted('other')).to.equal(50);
    now = 300_000;
    expect(admitted('pod')).to.equal(50);
    for (let number = 0; number < 2_000; number += 1) recent.admit(`pod ${number}`, 'died');
    expect(recent.admit('pod 0', 'died'), 'forgotten, the oldest').to.equal(true);
    expect(recent.admit('pod 1999', 'died')).to.equal(false);
  });
});

describe('an event', () => {
  const reporter = { component: 'x', nodeName: 'w1' };
  const occurrence = { type: 'Warning', reason: 'R', message: 'm' } as const;

  it('has a name that Kubernetes takes, the same for the same id', () => {
    const name = `${'a'.repeat(235)}.${'b'.repeat(17)}`;
    const involved = { kind: 'Pod', namespace: 'n', name, uid: 'u' } as const;
    const event = toEvent(involved, { ...occurrence, id: '0123456789abcdef' }, reporter);
    expect(event.metadata.name).to.equal(`${'a'.repeat(235)}.0123456789abcdef`);
    expect(event.firstTimestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('has a message of at most 1024 bytes, cut between characters', () => {
    expect(boundMessage('plain')).to.equal('plain');
    expect(boundMessage('a\r\nb\u0000c\u009b')).to.equal('a  b c ');
    for (const character of ['ü', '€', '😀', '\ud800', 'a€']) {
      const bounded = boundMessage(character.repeat(2000));
      expect(Buffer.byteLength(bounded), character).to.be.within(1000, 1024);
      expect(bounded.isWellFormed(), character).to.equal(true);
    }
  });
});
