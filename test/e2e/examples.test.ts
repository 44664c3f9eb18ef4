import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { until } from '../pool/lab/until.ts';
import { getObject, readObjects } from '../unit/chart-objects.ts';
import { blockVolumeOf, untilNoTrace } from './objects/block-volume.ts';
import { exec, mustExec } from './objects/exec.ts';
import { untilGone, volumeOf } from './objects/volume.ts';
import { remove, untilBound, untilReady, waitFor } from './objects/wait.ts';
import { scenarioBesideOthers } from './scenario.ts';

const NAMESPACE = 'default';
const example = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../deploy/examples/${name}`, import.meta.url)), 'utf8');

/**
 * Each file as it is: the cluster is called main here too, has a volume archive with a directory projects/2026, and
 * the chart's StorageClass is the one of storageclass.yaml in all but the labels.
 */
describe('deploy/examples', () => {
  scenarioBesideOthers('examples: pvc, pod, read-only, expand', async ({ cluster }) => {
    for (const name of ['pvc.yaml', 'pod.yaml', 'read-only.yaml']) await cluster.apply(example(name));
    await untilReady(cluster, 'writer', NAMESPACE);
    await untilReady(cluster, 'reader', NAMESPACE);
    await until('something written', async () => {
      const { stdout } = await exec(cluster, 'reader', ['cat', '/data/log'], NAMESPACE);
      return stdout !== '';
    });
    const refused = await exec(cluster, 'reader', ['touch', '/data/x'], NAMESPACE);
    expect(refused.stderr).to.include('Read-only file system');
    await cluster.apply(example('expand.yaml'));
    await waitFor(cluster, 'pvc/shared', 'jsonpath={.status.capacity.storage}=2Gi', NAMESPACE);
    const volume = await volumeOf(cluster, 'shared', NAMESPACE);
    await remove(cluster, ['pod/writer', 'pod/reader', 'pvc/shared'], NAMESPACE);
    await untilGone(cluster, volume);
    return undefined;
  });

  scenarioBesideOthers('examples: fsgroup', async ({ cluster }) => {
    await cluster.apply(example('fsgroup.yaml'));
    await untilReady(cluster, 'team', NAMESPACE);
    const group = await mustExec(cluster, 'team', ['stat', '-c', '%g', '/data/log'], NAMESPACE);
    expect(group.trim()).to.equal('2000');
    const volume = await volumeOf(cluster, 'team', NAMESPACE);
    await remove(cluster, ['pod/team', 'pvc/team'], NAMESPACE);
    await untilGone(cluster, volume);
    return undefined;
  });

  scenarioBesideOthers('examples: rwx-deployment', async ({ cluster }) => {
    await cluster.apply(example('rwx-deployment.yaml'));
    await waitFor(cluster, 'deployment/visits', 'condition=Available', NAMESPACE);
    await waitFor(cluster, 'deployment/visits', 'jsonpath={.status.readyReplicas}=2', NAMESPACE);
    const [name = ''] = (
      await cluster.mustKubectl([
        ...['get', 'pods', `--namespace=${NAMESPACE}`, '--selector=app=visits', '--output=name'],
      ])
    ).split('\n');
    await until('both write', async () => {
      const { stdout } = await exec(cluster, name, ['ls', '/data'], NAMESPACE);
      return stdout.trim().split('\n').length === 2;
    });
    const volume = await volumeOf(cluster, 'visits', NAMESPACE);
    await remove(cluster, ['deployment/visits'], NAMESPACE);
    await cluster.mustKubectl([
      ...[
        'delete',
        'pods',
        `--namespace=${NAMESPACE}`,
        '--selector=app=visits',
        '--ignore-not-found',
        '--timeout=60s',
      ],
    ]);
    await remove(cluster, ['pvc/visits'], NAMESPACE);
    await untilGone(cluster, volume);
    return undefined;
  });

  scenarioBesideOthers('examples: static-volume, static-directory, inline', async ({ cluster }) => {
    for (const name of ['static-volume.yaml', 'static-directory.yaml', 'inline.yaml'])
      await cluster.apply(example(name));
    await untilBound(cluster, 'archive', NAMESPACE);
    await untilBound(cluster, 'projects-2026', NAMESPACE);
    await untilReady(cluster, 'inline', NAMESPACE);
    const seen = await mustExec(cluster, 'inline', ['ls', '/data'], NAMESPACE);
    expect(seen).to.include('projects');
    await remove(cluster, ['pod/inline', 'pvc/archive', 'pvc/projects-2026'], NAMESPACE);
    await remove(cluster, ['pv/archive', 'pv/archive-projects-2026']);
    return undefined;
  });

  scenarioBesideOthers('examples: block volumes', async ({ cluster }) => {
    for (const name of ['block.yaml', 'block-raw.yaml']) await cluster.apply(example(name));
    await untilReady(cluster, 'database', NAMESPACE);
    await untilReady(cluster, 'raw', NAMESPACE);
    await until('something written', async () => {
      const { stdout } = await exec(cluster, 'database', ['cat', '/data/log'], NAMESPACE);
      return stdout !== '';
    });
    await until('something on the disk', async () => {
      const read = ['dd', 'if=/dev/disk', 'bs=3', 'count=1'];
      return /^[A-Z][a-z]{2}$/.test((await exec(cluster, 'raw', read, NAMESPACE)).stdout);
    });
    await cluster.apply(example('block-snapshot.yaml'));
    const ready = 'jsonpath={.status.readyToUse}=true';
    await waitFor(cluster, 'volumesnapshot/database-monday', ready, NAMESPACE);
    const names = ['database', 'raw', 'database-restored'];
    const volumes = await Promise.all(names.map((name) => blockVolumeOf(cluster, name, NAMESPACE)));
    await remove(
      cluster,
      ['pod/database', 'pod/raw', 'volumesnapshot/database-monday', ...names.map((name) => `pvc/${name}`)],
      NAMESPACE,
    );
    for (const volume of volumes) await untilNoTrace(cluster, volume);
    return undefined;
  });

  // The tests' kernel has no iSCSI: no pod here has such a disk. test/guest does it without Kubernetes.
  scenarioBesideOthers('examples: over iSCSI, as far as the API server', async ({ cluster }) => {
    const dryRun = async (text: string) => {
      const said = await cluster.mustKubectl(['apply', '--dry-run=server', '--filename=-'], { input: text });
      return said.trim().split('\n');
    };
    expect(await dryRun(example('iscsi-storageclass.yaml'))).to.deep.equal([
      'storageclass.storage.k8s.io/gluster-iscsi created (server dry run)',
    ]);
    expect(await dryRun(example('iscsi.yaml'))).to.have.lengthOf(2);
    const all = readObjects('test/fixtures/chart/full.yaml');
    const ofIscsi = all.filter((one) => JSON.stringify(one).includes('iscsi') && one.kind !== 'Role');
    const roles = [getObject(all, 'Role', '-controller')];
    const made = await dryRun([...ofIscsi, ...roles].map((one) => JSON.stringify(one)).join('\n---\n'));
    expect(made.filter((line) => line.endsWith(' created (server dry run)'))).to.have.members([
      'daemonset.apps/storage-node created (server dry run)',
      'role.rbac.authorization.k8s.io/storage-controller created (server dry run)',
      'storageclass.storage.k8s.io/gluster-block-iscsi created (server dry run)',
      'storageclass.storage.k8s.io/gluster-iscsi created (server dry run)',
    ]);
    return undefined;
  });

  scenarioBesideOthers('examples: storageclass', async ({ cluster }) => {
    // Under another name: the chart has made the one of this name.
    const text = example('storageclass.yaml').replace('name: gluster', 'name: gluster-example');
    await cluster.apply(text);
    await cluster.apply(
      example('pvc.yaml')
        .replace('name: shared', 'name: of-class')
        .replace('storageClassName: gluster', 'storageClassName: gluster-example'),
    );
    const volume = await volumeOf(cluster, 'of-class', NAMESPACE);
    await remove(cluster, ['pvc/of-class'], NAMESPACE);
    await untilGone(cluster, volume);
    return undefined;
  });
});
