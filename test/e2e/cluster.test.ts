import { expect } from 'chai';
import { namespacesOf, tracesOf } from '../pool/lab/traces.ts';
import { until } from '../pool/lab/until.ts';
import { IMAGES } from './build/image-names.ts';
import { Cluster } from './cluster/cluster.ts';
import { NODE_PROGRAMS } from './cluster/kubernetes-node.ts';
import { podsOn } from './cluster/network.ts';
import { NODE_FILES } from './cluster/node-files.ts';

const NOTHING = { folder: false, processes: 0, mounts: 0, loops: 0, cgroups: 0 };

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly {
      readonly containerID?: string;
      readonly ready: boolean;
      readonly restartCount: number;
    }[];
  };
}

describe('the cluster', () => {
  let cluster: Cluster;

  before('bring it up', async function () {
    this.timeout(30 * 60_000);
    cluster = await timed('up: a pool of one server, control plane, two nodes', () =>
      Cluster.up({ name: 'e2e-cluster', servers: 1, disksPerServer: 1 }),
    );
    await cluster.apply(daemonSet());
    await timed('a pod runs on each node', () =>
      until('both pods run', async () => (await pods()).every(isReady) && (await pods()).length === 2),
    );
  });
  after('take it down', () => cluster?.down());

  it('has two nodes, each with a pod on its own addresses', async () => {
    const [first, second] = await pods();
    expect([first?.spec.nodeName, second?.spec.nodeName]).to.deep.equal(['w1', 'w2']);
    expect(first?.status.podIP).to.match(new RegExp(`^${podsOn(1).replace(/0\/24$/, '')}`));
    expect(second?.status.podIP).to.match(new RegExp(`^${podsOn(2).replace(/0\/24$/, '')}`));
  });

  it('lets pods reach Gluster servers by name, and each other', async () => {
    const [first, second] = await pods();
    for (const target of ['g1', second?.status.podIP ?? ''])
      await mustExec(first?.metadata.name ?? '', ['ping', '-c', '1', '-W', '5', target]);
    await mustExec(second?.metadata.name ?? '', ['nc', '-w', '5', 'g1', '24007', '-e', 'true']);
  });

  it('gives a service account what RBAC grants it, in the cluster, and nothing else', async () => {
    const [pod = ''] = (await pods()).map(({ metadata }) => metadata.name);
    const inside = (...args: string[]) => exec(pod, ['/kubernetes/kubectl', ...args]);
    expect((await inside('get', 'pods', '--output=name')).stdout).to.include(`pod/${pod}`);
    for (const args of [
      ['get', 'secrets'],
      ['get', 'pods', '--namespace=kube-system'],
      ['delete', 'pod', pod],
    ])
      expect((await inside(...args)).stderr, args.join(' ')).to.include('Forbidden');
  });

  it('lets nobody ask a kubelet who may not', async () => {
    const [pod = ''] = (await pods()).map(({ metadata }) => metadata.name);
    const token = await mustExec(pod, ['cat', '/var/run/secrets/kubernetes.io/serviceaccount/token']);
    const kubelet = `--server=https://${cluster.lab.addressOf('w1')}:10250`;
    const ask = (as: string) =>
      exec(pod, [
        ...['/kubernetes/kubectl', kubelet, '--insecure-skip-tls-verify', `--token=${as}`],
        ...['get', '--raw=/pods'],
      ]);
    expect((await ask(token)).stderr).to.include('Forbidden');
    expect((await ask('made-up')).stderr).to.include('logged in');
  });

  it('gives a node its own rights alone, and shows it no administrator’s', async () => {
    const node = cluster.node(1);
    const asNode = (...args: string[]) =>
      node.exec([`${NODE_PROGRAMS}/kubectl`, `--kubeconfig=${NODE_FILES}/kubelet.kubeconfig`, ...args]);
    expect((await asNode('get', 'node', 'w1', '--output=name')).stdout).to.equal('node/w1\n');
    expect((await asNode('label', 'node', 'w2', 'a=b')).stderr).to.include('forbidden');
    expect((await asNode('get', 'secrets', '--all-namespaces')).stderr).to.include('forbidden');
    expect((await node.exec(['cat', cluster.kubeconfig])).stderr).to.include('No such file');
  });

  it('knows the pids of containers, and starts again those that die', async () => {
    const [before] = await pods();
    const node = cluster.node(1);
    const pid = await node.pidOfContainer(containerOf(before));
    expect(await node.must(['cat', `/proc/${pid}/comm`])).to.equal('sleep\n');
    await node.must(['kill', '-KILL', String(pid)]);
    await untilAnew(before);
  });

  it('restarts a kubelet without disturbing its pods', async () => {
    const before = await pods();
    for (const signal of ['TERM', 'KILL'] as const)
      await timed(`kubelet ended by ${signal} and Ready again`, () => cluster.node(2).restartKubelet(signal));
    expect((await pods()).map(lifeOf)).to.deep.equal(before.map(lifeOf));
    await cluster.mustKubectl(['logs', before[1]?.metadata.name ?? '']);
  });

  it('brings a node’s pods back after a power cut, while the other node goes on', async () => {
    const [before, other] = await pods();
    await cluster.node(1).powerCut();
    await timed('boot: Ready anew', () => cluster.node(1).boot());
    await timed('and its pod runs', () => untilAnew(before));
    expect(lifeOf((await pods())[1])).to.equal(lifeOf(other));
  });

  it('finds out that a node is off, and takes it back', async () => {
    const [, before] = await pods();
    await cluster.node(2).powerCut();
    await timed('a node without power is NotReady', () =>
      cluster.mustKubectl(['wait', 'node/w2', '--for=condition=Ready=Unknown', '--timeout=60s']),
    );
    await cluster.node(2).boot();
    await untilAnew(before);
  });

  it('leaves nothing', async () => {
    const { folder } = cluster.lab;
    const namespaces = await namespacesOf(folder);
    const running = await tracesOf(folder, namespaces);
    expect(running.cgroups, 'cgroups in each hierarchy').to.be.above(0);
    await timed('down', () => cluster.down());
    expect(await tracesOf(folder, namespaces)).to.deep.equal(NOTHING);
  });

  async function pods(): Promise<readonly Pod[]> {
    const { items } = await cluster.json<{ items: readonly Pod[] }>(['get', 'pods', '--selector=app=idle']);
    return items.toSorted((a, b) => a.spec.nodeName.localeCompare(b.spec.nodeName));
  }

  /** The same pod, on the same node, in a new container. */
  async function untilAnew(before: Pod | undefined): Promise<void> {
    const what = `${before?.metadata.name} runs in a new container`;
    await until(
      what,
      async () => {
        const now = (await pods()).find(({ metadata }) => metadata.name === before?.metadata.name);
        return now !== undefined && isReady(now) && containerOf(now) !== containerOf(before);
      },
      { timeoutMs: 60_000, everyMs: 100 },
    );
  }

  function exec(pod: string, argv: readonly string[]) {
    return cluster.kubectl(['exec', pod, '--', ...argv]);
  }

  function mustExec(pod: string, argv: readonly string[]) {
    return cluster.mustKubectl(['exec', pod, '--', ...argv]);
  }
});

/** A pod on each node, with kubectl and the right to see pods. */
function daemonSet() {
  const metadata = { name: 'idle', namespace: 'default' };
  const rbac = 'rbac.authorization.k8s.io';
  const labels = { app: 'idle' };
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'idle' },
      subjects: [{ kind: 'ServiceAccount', name: 'idle', namespace: 'default' }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec() } },
    },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}

function podSpec() {
  return {
    serviceAccountName: 'idle',
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'idle',
        image: IMAGES.busybox[0],
        command: ['sleep', '1000000'],
        volumeMounts: [{ name: 'kubernetes', mountPath: '/kubernetes', readOnly: true }],
      },
    ],
    volumes: [{ name: 'kubernetes', hostPath: { path: NODE_PROGRAMS } }],
  };
}

function isReady(pod: Pod): boolean {
  return pod.status.containerStatuses?.every(({ ready }) => ready) === true;
}

function containerOf(pod: Pod | undefined): string {
  return pod?.status.containerStatuses?.[0]?.containerID ?? '';
}

/** A pod that nothing disturbed has the same. */
function lifeOf(pod: Pod | undefined): string {
  return `${pod?.metadata.name} ${containerOf(pod)} ${pod?.status.containerStatuses?.[0]?.restartCount}`;
}

async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await act();
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(10)} s  ${what}`);
  return result;
}
