import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments, stringify } from 'yaml';
import { template } from '../../scripts/chart/renderings.ts';

/** What Helm makes of values that somebody writes: refused with a word, or in the pods that they concern. */
const CLUSTER = {
  name: 'main',
  gateways: ['https://server-1:24010'],
  servers: ['server-1'],
  key: { secretName: 'gluster-main', secretKey: 'driver.key' },
};
const INLINE = [{ namespaces: ['web'], volumes: ['other/assets'] }];

const REFUSED: readonly (readonly [what: string, values: object, words: string])[] = [
  ['no cluster', { clusters: [] }, 'name at least one cluster'],
  ['a cluster twice', { clusters: [CLUSTER, CLUSTER] }, '"main" is there twice'],
  ['a cluster without a key', { clusters: [{ ...CLUSTER, key: undefined }] }, 'key'],
  ['a StorageClass of no cluster', classes({ name: 'a', cluster: 'man' }), 'known are main'],
  ['two default classes', classes(fallback('a'), fallback('b')), 'a, b are all default'],
  ['a default class of each driver', { ...classes(fallback('a')), ...block(fallback('b')) }, 'a, b are all'],
  [
    'block volumes without the node’s network',
    { ...block(), node: { hostNetwork: false } },
    'node.hostNetwork',
  ],
  ['iSCSI without block volumes', { block: { iscsi: { enabled: true } } }, 'needs block.enabled'],
  ['iSCSI without the host’s processes', { ...iscsi(), node: { hostPID: false } }, 'needs node.hostPID'],
  ['an iscsid of nobody', iscsi({ iscsid: 'none' }), 'iscsid'],
  [
    'node records of an iscsid of its own elsewhere',
    iscsi({ iscsid: 'own', database: '/var/x' }),
    'database',
  ],
  ['a misspelt key of iSCSI', iscsi({ iscid: 'own' }), 'iscid'],
  [
    'a class over iSCSI among the others',
    block({ name: 'a', cluster: 'main', parameters: { kind: 'block' } }),
    'belongs into block.iscsi.storageClasses',
  ],
  ['a kind of a class over iSCSI', overIscsi({ parameters: { kind: 'block' } }), 'kind'],
  ['a class over iSCSI of no cluster', overIscsi({ cluster: 'man' }), 'known are main'],
  [
    'CHAP of its own for gluster-block',
    overIscsi({ chapSecret: 'chap', parameters: { provider: 'gluster-block' } }),
    'makes passwords of its own',
  ],
  ['one name for both drivers', { ...block(), driverName: 'block.csi.gluster.org' }, 'a name of its own'],
  ['a port of the attacher beside its image', { sidecars: { attacher: { port: 1 } } }, 'port'],
  ['an inline volume of no cluster', { inline: { allow: INLINE } }, 'known are main'],
  ['a limit on the mounter', { mounter: { resources: { limits: { memory: '1Gi' } } } }, 'limits'],
  ['a certificate from nowhere', { clusters: [{ ...CLUSTER, ca: { key: 'ca.crt' } }] }, 'secretName'],
  ['a number for a text', { logLevel: 3 }, 'logLevel'],
  ['a misspelt key', { clustres: [] }, 'clustres'],
  ['a misspelt key of a cluster', { clusters: [{ ...CLUSTER, sevrers: ['a'] }] }, 'sevrers'],
  ['a misspelt key of a role', { node: { maxVolume: 3 } }, 'maxVolume'],
  ['a misspelt key of a sidecar', { sidecars: { resizer: { worker: 3 } } }, 'worker'],
  ['a misspelt key of a toleration', { node: { tolerations: [{ keys: 'a' }] } }, 'keys'],
];

describe('the chart’s values', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gluster-csi-chart-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const render = (values: object) => {
    const file = join(folder, 'values.yaml');
    writeFileSync(file, stringify({ clusters: [CLUSTER], ...values }));
    return template([`--values=${file}`]);
  };

  for (const [what, values, words] of REFUSED) {
    it(`are refused with ${what}, and say so`, async () => {
      const error = await render(values).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(Error).with.property('message').that.contains(words);
    });
  }

  it('restart controller and node when servers change, and leave the mounter as it is', async () => {
    const [before, after] = [
      workloads(await render({})),
      workloads(await render({ clusters: [{ ...CLUSTER, servers: ['server-2'] }] })),
    ];
    const changed = [...before].filter(([name, text]) => after.get(name) !== text).map(([name]) => name);
    expect([...before.keys()]).to.include('gluster-csi-mounter');
    expect(changed).to.have.members(['gluster-csi-controller', 'gluster-csi-node']);
  });

  it('restart the controller alone when gateways change', async () => {
    const before = workloads(await render({}));
    const after = workloads(await render({ clusters: [{ ...CLUSTER, gateways: ['https://b:1'] }] }));
    const changed = [...before].filter(([name, text]) => after.get(name) !== text).map(([name]) => name);
    expect(changed).to.deep.equal(['gluster-csi-controller']);
  });

  it('turn block volumes on without a restart of the mounter', async () => {
    const [before, after] = [workloads(await render({})), workloads(await render(block()))];
    const changed = [...before].filter(([name, text]) => after.get(name) !== text).map(([name]) => name);
    expect(changed).to.have.members(['gluster-csi-controller', 'gluster-csi-node']);
  });

  it('give iSCSI to node pods alone, and the Secrets of its classes to csi-attacher', async () => {
    const before = await render(block());
    const after = await render(overIscsi({ chapSecret: 'chap' }, { iscsid: 'own', chapSecrets: ['old'] }));
    const [without, running] = [workloads(before), workloads(after)];
    const changed = [...without].filter(([name, text]) => running.get(name) !== text).map(([name]) => name);
    expect(changed).to.deep.equal(['gluster-csi-node']);
    expect(before).to.not.include('secrets]');
    expect(after).to.match(/resources: \[secrets\]\n +resourceNames: \[chap, old\]\n +verbs: \[get\]/);
    expect(running.get('gluster-csi-node')).to.include('/lib/modules').and.include('--iscsid=own');
  });

  it('offer inline volumes when one is allowed', async () => {
    const allow = [{ namespaces: ['web'], volumes: ['main/assets'] }];
    expect(await render({})).to.not.include('- Ephemeral');
    expect(await render({ inline: { allow } })).to.include('- Ephemeral');
  });

  it('leave out what does not work on the nodes’ network, and for one controller', async () => {
    expect(await render({}))
      .to.include('kind: NetworkPolicy')
      .and.include('kind: PodDisruptionBudget');
    expect(await render({ controller: { hostNetwork: true } })).to.not.include('kind: NetworkPolicy');
    expect(await render({ controller: { replicas: 1 } })).to.not.include('kind: PodDisruptionBudget');
  });
});

function classes(...storageClasses: readonly object[]): object {
  return { storageClasses };
}

function block(...storageClasses: readonly object[]): object {
  return { block: { enabled: true, storageClasses } };
}

function iscsi(more: object = {}): object {
  return { block: { enabled: true, iscsi: { enabled: true, ...more } } };
}

function overIscsi(storageClass: object, more: object = {}): object {
  return iscsi({ storageClasses: [{ name: 'a', cluster: 'main', ...storageClass }], ...more });
}

function fallback(name: string): object {
  return { name, cluster: 'main', default: true };
}

/** Deployments and DaemonSets by name, as text. */
function workloads(rendered: string): Map<string, string> {
  const documents = parseAllDocuments(rendered, { version: '1.1' });
  if (!Array.isArray(documents)) throw new Error('nothing was rendered');
  const objects = documents.map((document) => document.toJS());
  const running = objects.filter((object) => ['Deployment', 'DaemonSet'].includes(object?.kind));
  return new Map(running.map((object) => [object.metadata.name, JSON.stringify(object)]));
}
