import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../../pool/lab/until.ts';
import type { KubernetesNode } from '../cluster/kubernetes-node.ts';
import type { Installation } from '../install/installed.ts';
import { NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { mustExec } from '../objects/exec.ts';
import { claimed, type PodVolume, pod } from '../objects/pod.ts';
import { remove, untilReady } from '../objects/wait.ts';
import type { Verdict } from './verdict.ts';

export interface WriterOptions {
  readonly name: string;
  readonly namespace?: string;
  /** The claim to write to, or any other volume. */
  readonly claim?: string;
  /** A second claim: it gets every second record. */
  readonly secondClaim?: string;
  readonly data?: PodVolume;
  /** Worker 1, 2, … */
  readonly node: number;
  /** The pod's securityContext; absent: root, as the root of a volume belongs to root. */
  readonly security?: object;
}

interface Entry {
  readonly at: number;
  readonly event: 'start' | 'error' | 'gap';
  readonly code?: string;
  readonly ms?: number;
}

const PROGRAMS = ['writer.ts', 'check.ts', 'record.ts'];
const CONFIG = 'writer';
/** What a pod mounts to run them. */
export const WRITER_PROGRAMS: PodVolume = { volume: { configMap: { name: CONFIG } } };
/** Where a writer has its second claim. */
const SECOND = '/second';

/** What pods run, as a ConfigMap: our own image has the Node that runs it. */
export function writerPrograms(namespace = NAMESPACE_OF_TESTS): object {
  const read = (name: string) => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CONFIG, namespace },
    data: {
      'package.json': '{ "type": "module" }',
      ...Object.fromEntries(PROGRAMS.map((name) => [name, read(name)])),
    },
  };
}

function directoryFlags({ secondClaim }: WriterOptions): readonly string[] {
  return secondClaim === undefined ? [] : ['--directory', '/data', '--directory', SECOND];
}

/** A pod that writes to a volume all the time, and knows what it was told to be durable (writer.ts). */
export class WriterPod {
  readonly name: string;
  readonly namespace: string;
  readonly node: KubernetesNode;
  readonly uid: string;
  readonly #installation: Installation;
  readonly #options: WriterOptions;

  private constructor(installation: Installation, options: WriterOptions, uid: string) {
    this.name = options.name;
    this.namespace = options.namespace ?? NAMESPACE_OF_TESTS;
    this.node = installation.cluster.node(options.node);
    this.uid = uid;
    this.#installation = installation;
    this.#options = options;
  }

  /** Resolves once it has written its first records. */
  static async start(installation: Installation, options: WriterOptions): Promise<WriterPod> {
    const { cluster, image } = installation;
    const namespace = options.namespace ?? NAMESPACE_OF_TESTS;
    await cluster.apply(
      pod({
        name: options.name,
        namespace,
        node: cluster.node(options.node).name,
        image,
        command: ['node', '/writer/writer.ts', '--name', options.name, ...directoryFlags(options)],
        security: options.security ?? { runAsUser: 0, runAsGroup: 0 },
        mounts: {
          '/data': options.data ?? claimed(options.claim ?? options.name),
          '/state': { volume: { emptyDir: {} } },
          '/writer': WRITER_PROGRAMS,
          ...(options.secondClaim === undefined ? {} : { [SECOND]: claimed(options.secondClaim) }),
        },
      }),
    );
    await untilReady(cluster, options.name, namespace);
    const uid = await cluster.mustKubectl([
      ...['get', `pod/${options.name}`, `--namespace=${namespace}`, '--output=jsonpath={.metadata.uid}'],
    ]);
    const writer = new WriterPod(installation, options, uid);
    await writer.untilWritten(5);
    return writer;
  }

  /** How many records are acknowledged, and when the last one was (milliseconds since 1970). */
  async acknowledged(): Promise<{ readonly sequence: number; readonly at: number }> {
    const [sequence = 0, at = 0] = (await this.#read('acknowledged')).split(' ').map(Number);
    return { sequence, at };
  }

  /** Waits until so many more records are acknowledged than are now. */
  async goesOn(more = 20, timeoutMs = 60_000): Promise<void> {
    const { sequence } = await this.acknowledged();
    await this.untilWritten(sequence + more, timeoutMs);
  }

  /** Waits until so many records are acknowledged in all. */
  async untilWritten(records: number, timeoutMs = 60_000): Promise<void> {
    const reached = async () => (await this.acknowledged().catch(() => undefined))?.sequence ?? 0;
    await until(`${records} records acknowledged to ${this.name}`, async () => (await reached()) >= records, {
      timeoutMs,
      everyMs: 100,
    });
  }

  /** What it saw since `since` (milliseconds since 1970), and whether all it ever wrote is there, read in its own pod. */
  async verdict(since = 0, reader: { readonly name: string } = this): Promise<Verdict> {
    const { sequence } = await this.acknowledged();
    const entries = (await this.journal()).filter(({ at }) => at >= since);
    const check = [
      ...['node', '/writer/check.ts', '--name', this.name, '--acknowledged', String(sequence)],
      ...directoryFlags(this.#options),
    ];
    const { lost } = JSON.parse(
      await mustExec(this.#installation.cluster, reader.name, check, this.namespace),
    ) as { readonly lost: number };
    const errors: Record<string, number> = {};
    for (const { event, code = 'unknown' } of entries)
      if (event === 'error') errors[code] = (errors[code] ?? 0) + 1;
    return { records: sequence, lost, errors, longestGapMs: Math.max(0, ...entries.map(({ ms = 0 }) => ms)) };
  }

  async journal(): Promise<readonly Entry[]> {
    const lines = (await this.#read('journal')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Entry);
  }

  async delete(): Promise<void> {
    await remove(this.#installation.cluster, [`pod/${this.name}`], this.namespace);
  }

  /** By way of the node's own files, so that it needs neither kubelet nor API server. */
  #read(file: 'acknowledged' | 'journal'): Promise<string> {
    const volumes = `/var/lib/kubelet/pods/${this.uid}/volumes/kubernetes.io~empty-dir`;
    return this.node.must(['cat', `${volumes}/volume-1/${file}`]);
  }
}
