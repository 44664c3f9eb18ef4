import { writeFile } from 'node:fs/promises';
import { compileNative } from '../../../scripts/setup/native.ts';
import { csiAnswers, mounterAnswers } from '../../../src/roles/health.ts';
import { type CsiClient, csiClient } from './csi-client.ts';
import type { Machine } from './machine.ts';
import { listClients } from './mounter-clients.ts';
import { programArgv } from './program.ts';
import { Service } from './service.ts';
import { until } from './until.ts';
import { upWorkerLab, type WorkerLab } from './worker-host.ts';

const LIBEXEC = '/usr/libexec';
/** As kubelet's directory: the same on the node and for node service and mounter. */
export const PLUGIN_DIRECTORY = '/srv/plugin';

/** Node service and mounter on a worker, as the chart deploys them, and a pool of one server. */
export class MounterWorld {
  readonly lab: WorkerLab;
  readonly node: Service;
  mounter: Service;
  readonly csi: CsiClient;
  /** The block driver's node service, which the same process serves. */
  readonly block: CsiClient;

  private constructor(lab: WorkerLab) {
    this.lab = lab;
    this.node = this.#service('node', [
      ...['--config', `${lab.worker.folder}/driver.yaml`, '--node-id', 'w1'],
      ...['--mounter', `unix://${this.#socket('mounter')}`],
      ...['--block-endpoint', `unix://${this.#socket('block')}`],
    ]);
    this.mounter = this.#newMounter('client one');
    this.csi = csiClient(this.#socket('node'));
    this.block = csiClient(this.#socket('block'));
  }

  static async up(name: string): Promise<MounterWorld> {
    const lab = await upWorkerLab({ name, workerExtras: { hasOwnCgroups: true, layers: [LIBEXEC] } });
    const { worker } = lab;
    await worker.must(['mkdir', '-p', `${LIBEXEC}/gluster-csi`, PLUGIN_DIRECTORY]);
    for (const program of ['remount', 'in-cgroup']) {
      await worker.must(['cp', compileNative(program, worker.folder), `${LIBEXEC}/gluster-csi/`]);
    }
    const clusters = [{ name: 'pool', servers: lab.servers }];
    await writeFile(`${worker.folder}/driver.yaml`, JSON.stringify({ version: 1, clusters }));
    const world = new MounterWorld(lab);
    await world.mounter.start();
    await world.node.start();
    return world;
  }

  get worker(): Machine {
    return this.lab.worker;
  }

  /** Starts a node service that was killed; resolves when calls reach it again. */
  async startNode(): Promise<void> {
    await this.node.start();
    await until('the node service is reached', () =>
      this.csi.identity.Probe({}).then(
        () => true,
        () => false,
      ),
    );
  }

  /** Replaces the mounter by one that starts other clients, as an upgrade of its pod does. */
  async upgradeMounter(clientId: string): Promise<void> {
    await this.mounter.stop();
    this.mounter = this.#newMounter(clientId);
    await this.mounter.start();
  }

  /** What the mounter tells of its clients. */
  clients(): ReturnType<typeof listClients> {
    return listClients(`unix://${this.#socket('mounter')}`);
  }

  /** The names of the clients' directories. */
  async directories(): Promise<readonly string[]> {
    const { stdout } = await this.worker.exec(['ls', `${PLUGIN_DIRECTORY}/clients`]);
    return stdout.split('\n').filter((name) => name !== '');
  }

  /** The ids of the clients' cgroups, in any hierarchy. */
  async cgroups(): Promise<readonly string[]> {
    const find = ['find', '/sys/fs/cgroup', '-path', '*/gluster-csi/*', '-type', 'd', '-printf', '%f\n'];
    const { stdout } = await this.worker.exec(find);
    return [...new Set(stdout.split('\n').filter((name) => name !== ''))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.csi.close();
    this.block.close();
    await this.lab[Symbol.asyncDispose]();
  }

  #newMounter(clientId: string): Service {
    return this.#service('mounter', [
      ...['--directory', PLUGIN_DIRECTORY, '--node-name', 'w1', '--client-id', clientId],
      ...['--cgroup-directory', '/sys/fs/cgroup'],
    ]);
  }

  #service(name: string, args: readonly string[]): Service {
    const socket = `unix://${this.#socket(name)}`;
    const endpoint = ['--endpoint', socket, '--log-level', 'debug'];
    const answers = name === 'mounter' ? mounterAnswers(socket) : csiAnswers(socket);
    return new Service(this.lab.worker, {
      name,
      argv: programArgv('sources', [name, ...endpoint, ...args]),
      isReady: () =>
        answers().then(
          (reason) => reason === undefined,
          () => false,
        ),
    });
  }

  #socket(name: string): string {
    return `${this.lab.worker.folder}/${name}.sock`;
  }
}
