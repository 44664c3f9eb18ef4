import type { Machine } from '../../pool/lab/machine.ts';
import { listensOn } from '../../pool/lab/program.ts';
import { Service } from '../../pool/lab/service.ts';
import type { Credentials } from './credentials.ts';
import { API_SERVICE, CONTROL_PLANE, DNS_SERVICE, SERVICES } from './network.ts';

/**
 * A node that is not heard of for so long is NotReady. Its lease comes every 2.5 s; the rest is for a machine whose
 * processors are busy.
 */
const NODE_GRACE = '16s';
/** They read 140 MB from disk, and may share the processors with a build. */
const START_MS = 120_000;
const ETCD = 'http://127.0.0.1:2379';
const ETCD_PEER = 'http://127.0.0.1:2380';

/** What runs on the control plane's machine. */
export interface ControlPlane {
  readonly etcd: Service;
  readonly apiServer: Service;
  readonly controllerManager: Service;
  readonly scheduler: Service;
  readonly dns: Service;
}

export function makeControlPlane(machine: Machine, bin: string, credentials: Credentials): ControlPlane {
  const service = (name: string, port: number, argv: readonly string[]) =>
    new Service(machine, { name, argv, isReady: (pid) => listensOn(pid, port), startMs: START_MS });
  return {
    etcd: service('etcd', 2379, [`${bin}/etcd`, ...etcdFlags(`${machine.folder}/etcd`)]),
    apiServer: service('kube-apiserver', 443, [`${bin}/kube-apiserver`, ...apiServerFlags(credentials)]),
    controllerManager: service('kube-controller-manager', 10_257, [
      `${bin}/kube-controller-manager`,
      ...controllerManagerFlags(credentials),
      // It makes the folder, and by default in /usr.
      `--flex-volume-plugin-dir=${machine.folder}/volume-plugins`,
    ]),
    scheduler: service('kube-scheduler', 10_259, [
      `${bin}/kube-scheduler`,
      `--kubeconfig=${credentials.schedulerKubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
    ]),
    dns: service('dnsmasq', 53, dnsmasqArgv()),
  };
}

function etcdFlags(dataFolder: string): readonly string[] {
  return [
    '--name=cp',
    `--data-dir=${dataFolder}`,
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    `--listen-peer-urls=${ETCD_PEER}`,
    `--initial-advertise-peer-urls=${ETCD_PEER}`,
    `--initial-cluster=cp=${ETCD_PEER}`,
    // The control plane has no power cuts, and the state goes with the cluster.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

function apiServerFlags(credentials: Credentials): readonly string[] {
  const { server, kubeletClient, serviceAccounts } = credentials;
  return [
    `--etcd-servers=${ETCD}`,
    '--secure-port=443',
    `--advertise-address=${CONTROL_PLANE.address}`,
    `--service-cluster-ip-range=${SERVICES}`,
    '--allow-privileged=true',
    `--tls-cert-file=${server.certFile}`,
    `--tls-private-key-file=${server.keyFile}`,
    `--client-ca-file=${credentials.caFile}`,
    `--token-auth-file=${credentials.tokensFile}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${serviceAccounts.publicKeyFile}`,
    `--service-account-signing-key-file=${serviceAccounts.privateKeyFile}`,
    `--kubelet-client-certificate=${kubeletClient.certFile}`,
    `--kubelet-client-key=${kubeletClient.keyFile}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--profiling=false',
  ];
}

function controllerManagerFlags(credentials: Credentials): readonly string[] {
  return [
    `--kubeconfig=${credentials.controllerManagerKubeconfig}`,
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    `--root-ca-file=${credentials.caFile}`,
    `--service-account-private-key-file=${credentials.serviceAccounts.privateKeyFile}`,
    '--bind-address=127.0.0.1',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    '--node-monitor-period=2s',
    `--node-monitor-grace-period=${NODE_GRACE}`,
  ];
}

/** Answers for the machines of the lab, out of the hosts file, and for the API server; knows nothing else. */
function dnsmasqArgv(): readonly string[] {
  return [
    'dnsmasq',
    '--keep-in-foreground',
    '--log-facility=-',
    '--conf-file=/dev/null',
    '--pid-file=',
    '--user=root',
    '--bind-interfaces',
    `--listen-address=${DNS_SERVICE}`,
    '--no-resolv',
    '--local=/#/',
    `--host-record=kubernetes.default.svc.cluster.local,${API_SERVICE}`,
  ];
}
