import { writeFile } from 'node:fs/promises';
import { IMAGES } from '../build/image-names.ts';
import type { Credentials } from './credentials.ts';
import { DNS_SERVICE, podsOn } from './network.ts';

/** Where a node has what configures it. */
export const NODE_FILES = '/etc/kubernetes';
export const CNI_FILES = '/etc/cni/net.d';
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

export interface NodeFiles {
  readonly name: string;
  /** Worker 1, 2, … */
  readonly worker: number;
  /** Where the real machine has the node's NODE_FILES and CNI_FILES. */
  readonly folder: string;
  readonly cniFolder: string;
}

/** Writes the configuration of containerd, the pods' network and kubelet. */
export async function writeNodeFiles(
  { name, worker, folder, cniFolder }: NodeFiles,
  credentials: Credentials,
  caText: string,
): Promise<void> {
  const kubeconfig = credentials.kubeconfigOfNode(name);
  await writeFile(`${folder}/kubelet.kubeconfig`, kubeconfig, { mode: 0o600 });
  await writeFile(`${folder}/ca.crt`, caText);
  await writeFile(`${folder}/resolv.conf`, `nameserver ${DNS_SERVICE}\n`);
  await writeFile(`${folder}/containerd.toml`, CONTAINERD);
  await writeFile(`${folder}/kubelet.json`, JSON.stringify(kubeletConfiguration(), null, 2));
  await writeFile(`${cniFolder}/10-pods.conflist`, JSON.stringify(podNetwork(worker), null, 2));
}

/**
 * The snapshotters and the tracer that are off only log errors here. `restrict_oom_score_adj`: without
 * CAP_SYS_RESOURCE runc cannot make a process less likely to be killed than its parent is, and starts none.
 */
const CONTAINERD = `version = 2
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp",
]
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${IMAGES.pause[0]}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${CNI_FILES}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;

/** Addresses are kept in /run: a boot begins with none taken, as there are no pods then. */
function podNetwork(worker: number) {
  const ipam = {
    type: 'host-local',
    dataDir: '/run/cni',
    ranges: [[{ subnet: podsOn(worker) }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const bridge = { type: 'bridge', bridge: POD_BRIDGE, isGateway: true, ipMasq: false, ipam };
  return { cniVersion: '1.0.0', name: 'pods', plugins: [bridge] };
}

export const POD_BRIDGE = 'cni0';

/** Whoever calls kubelet is asked for by the API server: TokenReview and SubjectAccessReview. */
function kubeletConfiguration() {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    // A volume that grew is resized at the next sync: the default is a minute.
    syncFrequency: '2s',
    nodeStatusUpdateFrequency: '2s',
    nodeLeaseDurationSeconds: 10,
    makeIPTablesUtilChains: false,
    enforceNodeAllocatable: [],
    // What the tests kill a hundred times comes back as soon as after the first time.
    crashLoopBackOff: { maxContainerRestartPeriod: '1s' },
    evictionHard: { 'imagefs.available': '1%', 'nodefs.available': '1%', 'memory.available': '100Mi' },
    imageGCHighThresholdPercent: 100,
    resolvConf: `${NODE_FILES}/resolv.conf`,
    clusterDomain: 'cluster.local',
    clusterDNS: [DNS_SERVICE],
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${NODE_FILES}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    // The default is a folder of /usr, which nodes share with the real machine.
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
  };
}
