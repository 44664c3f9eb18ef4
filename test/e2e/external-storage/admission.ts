import type { Cluster } from '../cluster/cluster.ts';
import { FILE_DRIVER } from './driver.ts';

const { Min: LEAST } = FILE_DRIVER.DriverInfo.SupportedSizeRange;

interface Correction {
  readonly name: string;
  readonly group: string;
  readonly resource: string;
  /** When it is needed, and the patch: CEL expressions. */
  readonly when: string;
  readonly patch: string;
}

/** Where the specs of Kubernetes 1.36 for groups of snapshots ask for what no driver has to serve. */
const CORRECTIONS: readonly Correction[] = [
  {
    // They write the class's field deletionPolicy among the driver's own parameters, too; this driver refuses what it
    // does not know.
    name: 'external-storage-parameter',
    group: 'groupsnapshot.storage.k8s.io',
    resource: 'volumegroupsnapshotclasses',
    when: "has(object.parameters) && 'deletionPolicy' in object.parameters",
    patch: '[JSONPatch{op: "remove", path: "/parameters/deletionPolicy"}]',
  },
  {
    // They ask for 1Mi whatever the driver's least size is. It gets more, as it may, and then no restored claim of
    // 1Mi is served: external-provisioner finds it too small for the snapshot.
    name: 'external-storage-size',
    group: '',
    resource: 'persistentvolumeclaims',
    when: `quantity(object.spec.resources.requests['storage']).isLessThan(quantity('${LEAST}'))`,
    patch: `[JSONPatch{op: "replace", path: "/spec/resources/requests/storage", value: "${LEAST}"}]`,
  },
];

/** Has the API server correct the suite's objects when they are made; no others, as its namespaces have a label. */
export async function correctSuite(cluster: Cluster): Promise<void> {
  const items = CORRECTIONS.flatMap((one) => [policyOf(one), bindingOf(one)]);
  await cluster.apply({ apiVersion: 'v1', kind: 'List', items });
}

function policyOf({ name, group, resource, when, patch }: Correction): object {
  const rule = { apiGroups: [group], apiVersions: ['*'], operations: ['CREATE'], resources: [resource] };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [rule],
        // Objects without a namespace are not asked for its label.
        namespaceSelector: { matchExpressions: [{ key: 'e2e-framework', operator: 'Exists' }] },
      },
      matchConditions: [{ name: 'needed', expression: when }],
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: patch } }],
    },
  };
}

function bindingOf({ name }: Correction): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name },
  };
}
