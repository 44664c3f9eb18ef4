import { mounterAnswers } from '../../../src/roles/health.ts';
import type { Machine } from './machine.ts';
import { listClients } from './mounter-clients.ts';
import { Service } from './service.ts';

/** The mounter of one worker. The worker needs cgroups of its own, and the C programs (`nativeProgram`). */
export class NodeMounter {
  readonly machine: Machine;
  readonly #roleArgv: (args: readonly string[]) => readonly string[];
  #service: Service;

  /** `roleArgv`: the argv that runs a role with these arguments. */
  constructor(machine: Machine, roleArgv: (args: readonly string[]) => readonly string[]) {
    this.machine = machine;
    this.#roleArgv = roleArgv;
    this.#service = this.#serviceWith('client one');
  }

  get endpoint(): string {
    return `unix://${this.machine.folder}/mounter.sock`;
  }

  get pid(): number {
    return this.#service.pid;
  }

  start(): Promise<void> {
    return this.#service.start();
  }

  /** Replaces it by one that starts other clients, as an upgrade of its pod does. */
  async upgrade(clientId: string): Promise<void> {
    await this.#service.stop();
    this.#service = this.#serviceWith(clientId);
    await this.#service.start();
  }

  clients(): ReturnType<typeof listClients> {
    return listClients(this.endpoint);
  }

  #serviceWith(clientId: string): Service {
    const answers = mounterAnswers(this.endpoint);
    const { name, folder } = this.machine;
    return new Service(this.machine, {
      name: 'mounter',
      argv: this.#roleArgv([
        ...['mounter', '--endpoint', this.endpoint, '--directory', `${folder}/plugin`],
        ...['--node-name', name, '--client-id', clientId, '--cgroup-directory', '/sys/fs/cgroup'],
      ]),
      isReady: () =>
        answers().then(
          (reason) => reason === undefined,
          () => false,
        ),
    });
  }
}
