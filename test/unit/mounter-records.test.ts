import { expect } from 'chai';
import { clientMountPath, isClientMount } from '../../src/host/client-mount.ts';
import { parseMountinfo } from '../../src/host/mountinfo.ts';
import { formatRecord, parseRecord } from '../../src/mounter/client-record.ts';
import { podOf, podsAt } from '../../src/mounter/pod-of.ts';

const UID = '11111111-2222-3333-4444-555555555555';
const OTHER = '99999999-2222-3333-4444-555555555555';

const record = {
  servers: ['g1', 'fd00::1'],
  volume: 'one',
  subdirectory: 'a/b',
  target: '/staging/with "quotes"\nand a line',
  options: ['ro'],
  clientId: 'glusterfs 10.3',
  created: '2026-11-22T00:00:00.000Z',
  replaces: [UID],
};

describe('a client’s record', () => {
  it('is read as it was written', () => {
    expect(parseRecord(formatRecord(record, 'boot'), 'boot')).to.deep.equal(record);
    const served = { ...record, device: '0:48' };
    expect(parseRecord(formatRecord(served, 'boot'), 'boot')).to.deep.equal(served);
    const pinned = { ...record, isPinned: true } as const;
    expect(parseRecord(formatRecord(pinned, 'boot'), 'boot')).to.deep.equal(pinned);
  });

  it('forgets the device when the machine has started anew', () => {
    const text = formatRecord({ ...record, device: '0:48' }, 'boot');
    expect(parseRecord(text, 'another boot')).to.deep.equal(record);
  });

  it('may have fields of a later release, and not its version', () => {
    const text = formatRecord(record, 'boot');
    expect(parseRecord(text.replace('{', '{"later":1,'), 'boot')).to.deep.equal(record);
    expect(parseRecord(text.replace('"version": 1', '"version": 2'), 'boot')).to.equal(undefined);
  });

  it('is none when it is torn, or of another form', () => {
    const text = formatRecord(record, 'boot');
    for (const bad of ['', '{}', '[]', 'null', text.slice(0, -20), text.replace('"ro"', '1')]) {
      expect(parseRecord(bad, 'boot'), bad).to.equal(undefined);
    }
  });

  it('written by the first release is read for ever', () => {
    const text =
      '{"version":1,"servers":["g1"],"volume":"one","target":"/t","options":[],"clientId":"i","created":"2026-11-22T00:00:00.000Z","replaces":[],"served":{"device":"0:9","boot":"b"}}';
    expect(parseRecord(text, 'b')).to.deep.equal({
      ...{ servers: ['g1'], volume: 'one', target: '/t', options: [], clientId: 'i' },
      ...{ created: '2026-11-22T00:00:00.000Z', replaces: [], device: '0:9' },
    });
  });
});

describe('the mount point of a client', () => {
  const at = (target: string, source = 'fuse.glusterfs g1:/one', root = '/') =>
    parseMountinfo(`1 2 0:48 ${root} ${target} rw - ${source} rw\n`).some(isClientMount);

  it('is known wherever it is seen', () => {
    expect(at(`/var/lib/kubelet/plugins/x/clients/${UID}/mount`)).to.equal(true);
    expect(at(`/host/var/lib/kubelet/plugins/x/clients/${UID}/mount`)).to.equal(true);
    const staging = 'plugins/kubernetes.io/csi/x/1be5/globalmount';
    expect(at(`/var/lib/kubelet/plugins/x/clients/${UID}/${staging}`)).to.equal(true);
    expect(at(`/var/lib/kubelet/${staging}`)).to.equal(false);
    expect(at(`/plugins/x/clients/${UID}/plugins/kubernetes.io/csi/x/1be5/globalmount`)).to.equal(true);
  });

  it('contains what kubelet looks for before it has a volume unstaged', () => {
    const staging = '/var/lib/kubelet/plugins/kubernetes.io/csi/x/1be5/globalmount';
    expect(clientMountPath(staging)).to.equal('plugins/kubernetes.io/csi/x/1be5/globalmount');
    expect(clientMountPath('/var/lib/kubelet/pods/1/volumes/kubernetes.io~csi/v/mount')).to.equal('mount');
    expect(clientMountPath(undefined)).to.equal('mount');
  });

  it('is not what a pod or a volume calls alike', () => {
    expect(at(`/data/clients/${UID}/mount`, 'fuse.glusterfs g1:/one', '/sub')).to.equal(false);
    expect(at(`/data/clients/${UID}/mount`, 'ext4 /dev/sda')).to.equal(false);
    expect(at(`/clients/${UID}/mount/deeper`)).to.equal(false);
    expect(at('/clients/one/mount')).to.equal(false);
    expect(at(`/clients/${UID}/mount\\012`)).to.equal(false);
  });
});

describe('the pod of a mount', () => {
  const parse = (...lines: readonly string[]) =>
    parseMountinfo(lines.map((line) => `${line} rw - ext4 /dev/sda rw\n`).join(''));

  it('is told by what kubelet gives each container', () => {
    expect(podOf(parse(`1 2 8:1 /var/lib/kubelet/pods/${UID}/etc-hosts /etc/hosts`))).to.equal(UID);
    const log = `/var/lib/kubelet/pods/${UID}/containers/main/1234 /dev/termination-log`;
    expect(podOf(parse(`1 2 8:1 ${log}`))).to.equal(UID);
  });

  it('is not what a pod has mounted itself', () => {
    const own = `/pods/${OTHER}/etc-hosts /data`;
    const hosts = `/var/lib/kubelet/pods/${UID}/etc-hosts /etc/hosts`;
    expect(podOf(parse(`1 2 8:1 ${own}`))).to.equal(undefined);
    expect(podOf(parse(`1 2 8:1 ${own}`, `1 2 8:1 ${hosts}`))).to.equal(UID);
  });

  it('is in the path of its volumes on the host', () => {
    const volume = (uid: string, name: string) =>
      `1 2 0:48 / /var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~csi/${name}/mount`;
    expect(podsAt(parse(volume(UID, 'a'), volume(OTHER, 'a'), volume(UID, 'b')))).to.deep.equal([UID, OTHER]);
    expect(podsAt(parse(`1 2 0:48 / /staging`))).to.deep.equal([]);
  });
});
