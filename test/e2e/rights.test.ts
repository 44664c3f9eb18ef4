import { expect } from 'chai';
import type { Cluster } from './cluster/cluster.ts';
import { NAMESPACE } from './install/chart-values.ts';
import { scenarioBesideOthers } from './scenario.ts';

interface Attributes {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

const ACCOUNTS = ['controller', 'node', 'mounter'].map((role) => `gluster-csi-${role}`);

/** What somebody who got hold of a pod of ours would ask for first. */
const FORBIDDEN: readonly Attributes[] = [
  { verb: '*', resource: '*', group: '*' },
  { verb: 'get', resource: 'secrets', namespace: NAMESPACE },
  { verb: 'list', resource: 'secrets' },
  { verb: 'get', resource: 'configmaps', namespace: 'kube-system' },
  { verb: 'create', resource: 'pods' },
  { verb: 'delete', resource: 'pods' },
  { verb: 'create', resource: 'pods', subresource: 'exec' },
  { verb: 'create', resource: 'pods', subresource: 'eviction' },
  { verb: 'update', resource: 'nodes' },
  { verb: 'patch', resource: 'nodes' },
  { verb: 'get', resource: 'nodes', subresource: 'proxy' },
  { verb: 'delete', resource: 'persistentvolumeclaims' },
  { verb: 'create', resource: 'volumesnapshots', group: 'snapshot.storage.k8s.io' },
  { verb: 'delete', resource: 'volumesnapshots', group: 'snapshot.storage.k8s.io' },
  { verb: 'create', resource: 'volumesnapshotcontents', group: 'snapshot.storage.k8s.io' },
  { verb: 'delete', resource: 'volumesnapshotcontents', group: 'snapshot.storage.k8s.io' },
  { verb: 'update', resource: 'volumesnapshotclasses', group: 'snapshot.storage.k8s.io' },
  { verb: 'create', resource: 'volumeattachments', group: 'storage.k8s.io' },
  { verb: 'delete', resource: 'volumeattachments', group: 'storage.k8s.io' },
  { verb: 'create', resource: 'serviceaccounts', subresource: 'token' },
  { verb: 'create', resource: 'clusterrolebindings', group: 'rbac.authorization.k8s.io' },
  { verb: 'escalate', resource: 'clusterroles', group: 'rbac.authorization.k8s.io' },
  { verb: 'impersonate', resource: 'users' },
  { verb: 'update', resource: 'daemonsets', group: 'apps' },
  { verb: 'create', resource: 'validatingwebhookconfigurations', group: 'admissionregistration.k8s.io' },
];

describe('rights', () => {
  scenarioBesideOthers('no service account of ours may do more than it needs', async ({ cluster }) => {
    const asked = ACCOUNTS.flatMap((account) => FORBIDDEN.map((what) => ({ account, what })));
    const allowed = await whatIsAllowed(cluster, asked);
    expect(allowed).to.deep.equal([]);
    // The question is put rightly: what the controller does need is allowed.
    const needed = [
      { verb: 'create', resource: 'persistentvolumes' },
      { verb: 'patch', resource: 'volumesnapshotcontents', group: 'snapshot.storage.k8s.io' },
      { verb: 'patch', resource: 'volumeattachments', group: 'storage.k8s.io' },
    ].map((what) => ({ account: 'gluster-csi-controller', what }));
    expect(await whatIsAllowed(cluster, needed)).to.have.lengthOf(needed.length);
    return `${FORBIDDEN.length} things asked for ${ACCOUNTS.length} accounts`;
  });

  scenarioBesideOthers(
    'only sidecars and mounter have a token, and no pod has a kubeconfig',
    async ({ cluster }) => {
      const { items } = await cluster.json<{ readonly items: readonly PodObject[] }>([
        ...['get', 'pods', `--namespace=${NAMESPACE}`],
      ]);
      const withToken = items.flatMap(({ spec }) =>
        spec.containers
          .filter(({ volumeMounts = [] }) =>
            volumeMounts.some(({ mountPath }) => mountPath.endsWith('serviceaccount')),
          )
          .map(({ name }) => name),
      );
      expect([...new Set(withToken)].sort()).to.deep.equal([
        ...['csi-block-attacher', 'csi-block-provisioner', 'csi-block-resizer', 'csi-block-snapshotter'],
        ...['csi-provisioner', 'csi-resizer', 'csi-snapshotter', 'mounter'],
      ]);
      expect(JSON.stringify(items)).to.not.match(/kubeconfig/i);
      return undefined;
    },
  );
});

interface PodObject {
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly volumeMounts?: readonly { readonly mountPath: string }[];
    }[];
  };
}

/** Those of the questions that the API server says yes to: what `kubectl auth can-i --as` asks, all at once. */
async function whatIsAllowed(
  cluster: Cluster,
  asked: readonly { readonly account: string; readonly what: Attributes }[],
): Promise<readonly string[]> {
  const items = asked.map(({ account, what }) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: `system:serviceaccount:${NAMESPACE}:${account}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${NAMESPACE}`, 'system:authenticated'],
      resourceAttributes: what,
    },
  }));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const answers = await cluster.mustKubectl(['create', '--filename=-', '--output=json'], { input });
  // One JSON document after the other.
  const reviews = JSON.parse(`[${answers.trim().replaceAll(/^}\n{$/gm, '},{')}]`) as readonly Review[];
  return reviews
    .filter(({ status }) => status.allowed)
    .map(({ spec }) => `${spec.user}: ${JSON.stringify(spec.resourceAttributes)}`);
}

interface Review {
  readonly spec: { readonly user: string; readonly resourceAttributes: Attributes };
  readonly status: { readonly allowed: boolean };
}
