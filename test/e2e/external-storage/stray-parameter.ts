import type { Cluster } from '../cluster/cluster.ts';

const NAME = 'external-storage';

/**
 * Has the API server take a parameter out of VolumeGroupSnapshotClasses when they are made: the suite of Kubernetes
 * 1.36 writes the class's field `deletionPolicy` among the driver's parameters, too, where this driver refuses what it
 * does not know.
 */
export async function dropStrayParameter(cluster: Cluster): Promise<void> {
  await cluster.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: NAME },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['groupsnapshot.storage.k8s.io'],
            apiVersions: ['*'],
            operations: ['CREATE'],
            resources: ['volumegroupsnapshotclasses'],
          },
        ],
      },
      matchConditions: [
        { name: 'stray', expression: "has(object.parameters) && 'deletionPolicy' in object.parameters" },
      ],
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/parameters/deletionPolicy"}]' },
        },
      ],
    },
  });
  await cluster.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: NAME },
    spec: { policyName: NAME },
  });
}
