import { expect } from 'chai';
import { containersOf, findDriver, getObject, type KubernetesObject, RENDERED } from './chart-objects.ts';

const READ = ['get', 'list', 'watch'];
/** Everything that anybody here may write on the API. A new line is a decision. */
const WRITES = [
  'ClusterRole controller: create,patch,delete persistentvolumes',
  'ClusterRole controller: update persistentvolumeclaims',
  'ClusterRole controller: patch persistentvolumeclaims/status',
  'ClusterRole controller: create,patch events',
  'ClusterRole mounter: create events',
  'Role controller: create coordination.k8s.io/leases',
  'Role controller: update coordination.k8s.io/leases (by name)',
];
/** Beside them with snapshots. */
const SNAPSHOT_WRITES = [
  'ClusterRole controller: update snapshot.storage.k8s.io/volumesnapshots',
  'ClusterRole controller: patch snapshot.storage.k8s.io/volumesnapshotcontents',
  'ClusterRole controller: update,patch snapshot.storage.k8s.io/volumesnapshotcontents/status',
  'ClusterRole controller: patch groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents',
  'ClusterRole controller: update,patch groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents/status',
];
/** Beside them with block volumes. */
const BLOCK_WRITES = [
  'ClusterRole controller: patch storage.k8s.io/volumeattachments',
  'ClusterRole controller: patch storage.k8s.io/volumeattachments/status',
];
/** And read. */
const READS = [
  'ClusterRole controller: get,list,watch persistentvolumes',
  'ClusterRole controller: get,list,watch persistentvolumeclaims',
  'ClusterRole controller: get,list,watch storage.k8s.io/storageclasses',
  'ClusterRole mounter: list pods',
  'Role controller: get coordination.k8s.io/leases (by name)',
];

const SNAPSHOT_READS = [
  'ClusterRole controller: get,list,watch snapshot.storage.k8s.io/volumesnapshots',
  'ClusterRole controller: list,watch snapshot.storage.k8s.io/volumesnapshotclasses',
  'ClusterRole controller: get,list,watch snapshot.storage.k8s.io/volumesnapshotcontents',
  'ClusterRole controller: list,watch groupsnapshot.storage.k8s.io/volumegroupsnapshotclasses',
  'ClusterRole controller: get,list,watch groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents',
];

const BLOCK_READS = [
  'ClusterRole controller: get,list,watch storage.k8s.io/volumeattachments',
  'ClusterRole controller: get,list,watch storage.k8s.io/csinodes',
];

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Who may do what: on the Kubernetes API, on the nodes, on the network. */
for (const [name, objects] of Object.entries(RENDERED)) {
  const hasSnapshots = ['full', 'manifests with snapshots'].includes(name);
  const hasBlock = ['full', 'manifests with block volumes', 'manifests with iSCSI'].includes(name);
  const hasIscsi = ['full', 'manifests with iSCSI'].includes(name);
  const roles = objects.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
  const pod = (role: string) =>
    getObject(objects, role === 'controller' ? 'Deployment' : 'DaemonSet', `-${role}`)['spec'].template.spec;

  describe(`the chart's rights: ${name}`, () => {
    it('hold no wildcard, no secret but CHAP’s by name, and no way to more rights', () => {
      const all: readonly Rule[] = roles.flatMap((role) => role['rules']);
      const rules = all.filter(({ resources, resourceNames = [] }) => {
        return resources.join() !== 'secrets' || resourceNames.length === 0;
      });
      const words = rules.flatMap((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs]);
      const never = ['*', 'secrets', 'escalate', 'bind', 'impersonate', 'pods/exec', 'serviceaccounts/token'];
      expect(words.filter((word) => never.includes(word))).to.deep.equal([]);
    });

    it('write what is listed here and nothing else', () => {
      expect(describeRules(roles, (verb) => !READ.includes(verb))).to.have.members([
        ...WRITES,
        ...(hasSnapshots ? SNAPSHOT_WRITES : []),
        ...(hasBlock ? BLOCK_WRITES : []),
      ]);
    });

    it('read what is listed here and nothing else', () => {
      expect(describeRules(roles, (verb) => READ.includes(verb))).to.have.members([
        ...READS,
        ...(hasSnapshots ? SNAPSHOT_READS : []),
        ...(hasBlock ? BLOCK_READS : []),
        ...(hasIscsi ? ['Role controller: get secrets (by name)'] : []),
      ]);
    });

    it('belong to the service account of their own role', () => {
      const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding'));
      for (const { kind, metadata, roleRef, subjects } of bindings) {
        expect(roleRef.kind).to.equal(kind.replace('Binding', ''));
        expect([roleRef.name, subjects[0].name]).to.deep.equal([metadata.name, metadata.name]);
        expect(subjects).to.have.lengthOf(1);
      }
      expect(bindings).to.have.lengthOf(roles.length);
    });

    it('give the driver a token in the mounter alone', () => {
      for (const role of ['controller', 'node', 'mounter']) {
        expect(pod(role).automountServiceAccountToken, role).to.equal(role === 'mounter');
        expect(pod(role).serviceAccountName).to.match(new RegExp(`-${role}$`));
      }
      const holders = containersOf(objects, 'controller').filter((container) =>
        container.volumeMounts.some((mount) => mount.name === 'kubernetes-api'),
      );
      const sidecars = [
        ...['csi-provisioner', 'csi-resizer'],
        ...(hasSnapshots ? ['csi-snapshotter'] : []),
        ...(hasBlock ? ['csi-block-provisioner', 'csi-block-resizer', 'csi-block-attacher'] : []),
        ...(hasBlock && hasSnapshots ? ['csi-block-snapshotter'] : []),
      ];
      expect(holders.map((container) => container.name)).to.deep.equal(sidecars);
    });

    it('name the leases that the sidecars elect their leaders by', () => {
      const [driver, block] = (['file', 'block'] as const).map((which) =>
        findDriver(objects, which)?.metadata.name.replaceAll('.', '-'),
      );
      const rules: readonly Rule[] = getObject(objects, 'Role', '-controller')['rules'];
      const names = rules.flatMap(({ resources, resourceNames = [] }) =>
        resources.includes('leases') ? resourceNames : [],
      );
      const ofSnapshotter = hasSnapshots ? [`external-snapshotter-leader-${driver}`] : [];
      const ofBlockSnapshotter = hasSnapshots ? [`external-snapshotter-leader-${block}`] : [];
      const ofBlock = [block, `external-resizer-${block}`, `external-attacher-leader-${block}`];
      expect(names).to.have.members([
        ...[driver, `external-resizer-${driver}`, ...ofSnapshotter],
        ...(hasBlock ? [...ofBlock, ...ofBlockSnapshotter] : []),
      ]);
    });

    it('leave the controller none on its node', () => {
      expect(pod('controller').securityContext).to.deep.equal({
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        fsGroup: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of containersOf(objects, 'controller')) {
        expect(container['securityContext'], container.name).to.deep.equal({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
      expect(pod('controller')).to.not.have.any.keys('hostPID', 'hostIPC');
    });

    it('keep the image of every container unwritten', () => {
      for (const role of ['node', 'mounter']) {
        const [container] = containersOf(objects, role);
        expect(container?.['securityContext']).to.include({ privileged: true, readOnlyRootFilesystem: true });
      }
    });

    it('let the controller reach the gateways’ ports, the API and DNS', () => {
      const { egress, ingress } = getObject(objects, 'NetworkPolicy')['spec'];
      const config = getObject(objects, 'ConfigMap', '-controller').data['clusters.yaml'] ?? '';
      const urls = [...config.matchAll(/https?:\/\/\S+/g)].map(([url]) => new URL(url));
      const ports = urls.map((url) => Number(url.port) || (url.protocol === 'https:' ? 443 : 80));
      expect(portsOf(egress[0])).to.have.members([...new Set(ports)]);
      expect(egress.slice(1).flatMap(portsOf)).to.include.members([443, 53]);
      const own = containersOf(objects, 'controller').flatMap((one) => one.ports.map((port) => port.name));
      expect(ingress.flatMap(portsOf)).to.have.members(own);
    });
  });
}

function describeRules(roles: readonly KubernetesObject[], counts: (verb: string) => boolean): string[] {
  return roles.flatMap(({ kind, metadata, rules }) =>
    (rules as readonly Rule[]).flatMap((rule) => {
      const verbs = rule.verbs.filter(counts);
      const resources = rule.apiGroups.flatMap((group) =>
        rule.resources.map((resource) => (group === '' ? resource : `${group}/${resource}`)),
      );
      const role = metadata.name.split('-').at(-1);
      const limit = rule.resourceNames === undefined ? '' : ' (by name)';
      return verbs.length === 0 ? [] : [`${kind} ${role}: ${verbs.join(',')} ${resources.join(',')}${limit}`];
    }),
  );
}

function portsOf(rule: {
  readonly ports: readonly { readonly port: number | string }[];
}): (number | string)[] {
  return rule.ports.map(({ port }) => port);
}
