import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CommandResult } from '../../../src/host/run.ts';
import { Lab, type LabOptions } from '../../pool/lab/lab.ts';
import { until } from '../../pool/lab/until.ts';
import { ensureImages } from '../build/images.ts';
import { ensureKubernetes } from '../build/kubernetes.ts';
import { type ControlPlane, makeControlPlane } from './control-plane.ts';
import { type Credentials, makeCredentials } from './credentials.ts';
import { Kubectl, type KubectlOptions } from './kubectl.ts';
import { KubernetesNode, NODE_LOGS, NODE_PROGRAMS } from './kubernetes-node.ts';
import { CONTROL_PLANE, routeCluster } from './network.ts';
import { CNI_FILES, NODE_FILES, writeNodeFiles } from './node-files.ts';
import { untilReady } from './node-ready.ts';
import { checkRequirements } from './requirements.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

export interface ClusterOptions extends Partial<Omit<LabOptions, 'others' | 'workerExtras'>> {
  /** The folder with etcd, kube-apiserver, … kubelet and kubectl. Default: built when they are not in the cache. */
  readonly programs?: string;
  /** OCI archives that every node gets; pause is among them. Default: all that the tests build of other projects. */
  readonly images?: readonly string[];
}

/** The processors may be busy with a build. */
const PATIENCE_MS = 120_000;

/** A Kubernetes whose nodes are the workers of a lab, beside its Gluster servers on the same network. */
export class Cluster {
  readonly lab: Lab;
  readonly controlPlane: ControlPlane;
  readonly nodes: readonly KubernetesNode[];
  /** The folder with kubectl and the others. */
  readonly programs: string;
  readonly #kubectl: Kubectl;

  private constructor(lab: Lab, programs: string, credentials: Credentials) {
    this.lab = lab;
    this.programs = programs;
    this.controlPlane = makeControlPlane(lab.other(CONTROL_PLANE.name), programs, credentials);
    this.#kubectl = new Kubectl({
      program: `${programs}/kubectl`,
      kubeconfig: credentials.adminKubeconfig,
      network: lab.networkOf(CONTROL_PLANE.name),
      cacheFolder: `${lab.folder}/${CONTROL_PLANE.name}/kubectl`,
    });
    this.nodes = lab.workers.map(
      (worker) => new KubernetesNode(worker, lab.addressOf(worker.name), this.#kubectl),
    );
  }

  /**
   * Brings lab and cluster up. All nodes are Ready and have the images. It goes down when it is disposed of, when
   * the process is interrupted, and at the latest when a cluster or lab of the name is brought up again.
   */
  static async up(options: ClusterOptions = {}): Promise<Cluster> {
    checkRequirements();
    const { programs = await builtPrograms(), images = await builtImages(), ...labOptions } = options;
    const lab = await Lab.up({
      name: 'e2e',
      ...labOptions,
      others: [CONTROL_PLANE],
      workerExtras: workerExtras(programs),
    });
    try {
      await routeCluster(lab);
      const credentials = await makeCredentials(
        `${lab.folder}/${CONTROL_PLANE.name}/credentials`,
        lab.workers.map(({ name }) => name),
      );
      const cluster = new Cluster(lab, programs, credentials);
      await cluster.#start(credentials, images);
      return cluster;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  /** Node 1, 2, …: worker w1, w2, … of the lab. */
  node(number: number): KubernetesNode {
    const node = this.nodes[number - 1];
    if (node === undefined) throw new Error(`the cluster has no node ${number}`);
    return node;
  }

  /** kubectl as an administrator, whatever it exits with. */
  kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<CommandResult> {
    return this.#kubectl.run(args, options);
  }

  /** kubectl as an administrator. Throws unless it exits with 0; resolves with its stdout. */
  mustKubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    return this.#kubectl.must(args, options);
  }

  /** What `kubectl ARGS --output=json` says. The caller names the form that the object has. */
  async json<T = unknown>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.#kubectl.must([...args, '--output=json'])) as T;
  }

  /** Creates or changes objects: YAML or JSON text, or one object. */
  async apply(manifest: object | string): Promise<void> {
    const input = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    await this.#kubectl.must(['apply', '--filename=-'], { input });
  }

  /** The administrator's; it stays outside everything that pods and nodes see. */
  get kubeconfig(): string {
    return this.#kubectl.kubeconfig;
  }

  /** What to type before kubectl's arguments, as root on this machine. */
  get kubectlLine(): string {
    return this.#kubectl.shellLine;
  }

  /** Leaves all of it running when this process ends. The next lab of the name, or a sweep, takes it down. */
  keep(): Promise<void> {
    return this.lab.keep();
  }

  /** Takes all of it down, the lab included. Twice is success. */
  down(): Promise<void> {
    return this.lab.down();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.lab[Symbol.asyncDispose]();
  }

  async #start(credentials: Credentials, images: readonly string[]): Promise<void> {
    const caText = await readFile(credentials.caFile, 'utf8');
    await Promise.all([
      this.#startControlPlane(),
      ...this.nodes.map((node, i) => this.#startNode(node, { worker: i + 1, credentials, caText, images })),
    ]);
    await Promise.all(this.nodes.map(({ name }) => untilReady(this.#kubectl, name)));
    await this.#untilAnswered('the default service account', ['get', 'serviceaccount', 'default']);
  }

  async #startControlPlane(): Promise<void> {
    const { etcd, apiServer, controllerManager, scheduler, dns } = this.controlPlane;
    await etcd.start();
    await Promise.all([apiServer.start(), dns.start()]);
    await this.#untilAnswered('the API server ready', ['get', '--raw=/readyz']);
    await Promise.all([controllerManager.start(), scheduler.start()]);
  }

  async #untilAnswered(what: string, args: readonly string[]): Promise<void> {
    const isAnswered = async () => (await this.kubectl(args)).exitCode === 0;
    await until(what, isAnswered, { timeoutMs: PATIENCE_MS, everyMs: 100 });
  }

  async #startNode(
    node: KubernetesNode,
    parts: {
      readonly worker: number;
      readonly credentials: Credentials;
      readonly caText: string;
      readonly images: readonly string[];
    },
  ): Promise<void> {
    const { worker, credentials, caText, images } = parts;
    const folders = `${node.machine.folder}/folders`;
    const files = {
      name: node.name,
      worker,
      folder: `${folders}${NODE_FILES}`,
      cniFolder: `${folders}${CNI_FILES}`,
    };
    await writeNodeFiles(files, credentials, caText);
    await node.startPrograms();
    await node.importImages(images);
  }
}

async function builtPrograms(): Promise<string> {
  return (await ensureKubernetes()).folder;
}

async function builtImages(): Promise<readonly string[]> {
  return (await ensureImages()).map(({ archive }) => archive);
}

/**
 * A node may write where a real one writes: to folders of its own, on a file system that containerd can lay images
 * upon, and for the rest to layers over those of this machine.
 */
function workerExtras(programs: string) {
  return {
    hasOwnCgroups: true,
    layers: ['/etc', '/opt', '/var'],
    binds: [{ source: programs, target: NODE_PROGRAMS }],
    folders: ['/var/lib/kubelet', '/var/lib/containerd', NODE_FILES, CNI_FILES, NODE_LOGS, '/tmp'],
    // Its init and the Node that runs it are in here, wherever this repository was cloned to.
    visible: [ROOT],
  };
}
