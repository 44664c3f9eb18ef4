import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createClient, type RestClient } from '../../../src/glusterd2/http.ts';
import { keyFile } from '../../../src/glusterd2/key-file.ts';
import { type Authority, makeCertificates } from './certificates.ts';
import {
  type ConfigFiles,
  type ConfigOptions,
  DRIVER_ISSUER,
  GATEWAY_PORT,
  writeConfigFiles,
} from './config-files.ts';
import { type CsiClient, csiClient } from './csi-client.ts';
import { addDevices } from './devices.ts';
import { forwardToSocket } from './forward.ts';
import type { Lab } from './lab.ts';
import { listensOn, type Program, programArgv } from './program.ts';
import { Service } from './service.ts';

export interface DeploymentOptions extends Omit<ConfigOptions, 'servers'> {
  readonly program?: Program;
  readonly logLevel?: string;
}

/** The driver on a lab: a gateway on each server, the controller on worker 1, the node service on each worker. */
export class Deployment {
  readonly lab: Lab;
  readonly gateways: readonly Service[];
  readonly controller: Service;
  readonly nodes: readonly Service[];
  /** One for each worker's node service. */
  readonly nodeClients: readonly CsiClient[];
  readonly controllerClient: CsiClient;
  readonly #authority: Authority;
  readonly #relay: Service;
  readonly #program: Program;
  readonly #resources = new AsyncDisposableStack();
  #files: ConfigFiles;

  private constructor(lab: Lab, authority: Authority, files: ConfigFiles, options: DeploymentOptions) {
    const program = options.program ?? 'sources';
    const level = ['--log-level', options.logLevel ?? 'debug'];
    const role = (args: readonly string[]) => programArgv(program, [...args, ...level]);
    this.lab = lab;
    this.#authority = authority;
    this.#files = files;
    this.#program = program;
    this.gateways = lab.servers.map(
      ({ machine }) =>
        new Service(machine, {
          name: 'gateway',
          argv: role(['gateway', '--config', files.gateway(machine.name)]),
          isReady: (pid) => listensOn(pid, GATEWAY_PORT),
        }),
    );
    const driver = (worker: number, name: string, args: readonly string[]) => {
      const socket = socketOf(lab, worker, name);
      const argv = role([name, '--endpoint', `unix://${socket}`, '--config', files.driver, ...args]);
      return new Service(lab.worker(worker), { name, argv, isReady: () => answers(socket) });
    };
    this.controller = driver(1, 'controller', []);
    this.nodes = lab.workers.map(({ name }, i) => driver(i + 1, 'node', ['--node-id', name]));
    this.controllerClient = csiClient(socketOf(lab, 1, 'controller'));
    this.nodeClients = lab.workers.map((_, i) => csiClient(socketOf(lab, i + 1, 'node')));
    this.#relay = relayTo(lab);
  }

  /** Starts all roles and gives the gateways their devices: disk1 for loop, disk2 for directory bricks. */
  static async on(lab: Lab, options: DeploymentOptions = {}): Promise<Deployment> {
    const authority = await makeCertificates(lab.folder, lab.members);
    const servers = lab.servers.map(({ name }) => name);
    const files = await writeConfigFiles(lab.folder, authority, { ...options, servers });
    const deployment = new Deployment(lab, authority, files, options);
    await Promise.all([
      ...[...deployment.gateways, deployment.controller, ...deployment.nodes].map((one) => one.start()),
      deployment.#relay.start(),
    ]);
    await addDevices(await deployment.restClient(1), lab);
    return deployment;
  }

  /** Closes the connections of this process. The roles go on until the lab goes down. */
  async close(): Promise<void> {
    for (const client of [this.controllerClient, ...this.nodeClients]) client.close();
    await this.#resources.disposeAsync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  node(worker: number): CsiClient {
    const client = this.nodeClients[worker - 1];
    if (client === undefined) throw new Error(`there is no worker ${worker}`);
    return client;
  }

  gateway(server: number): Service {
    const gateway = this.gateways[server - 1];
    if (gateway === undefined) throw new Error(`there is no server ${server}`);
    return gateway;
  }

  /** Writes other settings into the gateways' configuration and starts them anew with it. */
  async reconfigure(options: Omit<ConfigOptions, 'servers'>): Promise<void> {
    const servers = this.lab.servers.map(({ name }) => name);
    this.#files = await writeConfigFiles(this.lab.folder, this.#authority, { ...options, servers });
    await Promise.all(
      this.gateways.map(async (gateway) => {
        await gateway.stop();
        await gateway.start();
      }),
    );
  }

  /** Boots a server as its init system would: brick images are mounted before glusterd starts, then the gateway. */
  async bootServer(server: number): Promise<void> {
    const { machine } = this.lab.server(server);
    await this.lab.server(server).boot();
    const config = this.#files.gateway(machine.name);
    await machine.must(programArgv(this.#program, ['mount-bricks', '--config', config]));
    await this.lab.server(server).startGlusterd();
    await this.gateway(server).start();
  }

  get authority(): Authority {
    return this.#authority;
  }

  /** A base URL for this process, which is not in the lab's network: it ends at one server's gateway. */
  async gatewayUrl(server: number): Promise<string> {
    const { port } = this.#resources.use(await forwardToSocket(relaySocket(this.lab, `g${server}`)));
    return `https://127.0.0.1:${port}`;
  }

  /** The REST client of the driver, for this process. */
  async restClient(server: number): Promise<RestClient> {
    const client = createClient({
      baseUrls: [await this.gatewayUrl(server)],
      issuer: DRIVER_ISSUER,
      key: keyFile(this.#files.driverKey),
      ca: this.#authority.caFile,
      timeoutMs: 60_000,
    });
    this.#resources.defer(() => client.close());
    return client;
  }

  get driverKeyFile(): string {
    return this.#files.driverKey;
  }
}

function socketOf(lab: Lab, worker: number, name: string): string {
  return `${lab.worker(worker).folder}/${name}.sock`;
}

function relaySocket(lab: Lab, server: string): string {
  return `${lab.worker(1).folder}/relay-${server}.sock`;
}

function relayTo(lab: Lab): Service {
  const sockets = lab.servers.map(({ name }) => ({ name, socket: relaySocket(lab, name) }));
  const script = fileURLToPath(new URL('relay.ts', import.meta.url));
  return new Service(lab.worker(1), {
    name: 'relay',
    argv: [
      process.execPath,
      script,
      ...sockets.map(({ name, socket }) => `${socket}=${name}:${GATEWAY_PORT}`),
    ],
    isReady: () => sockets.every(({ socket }) => existsSync(socket)),
  });
}

/** True when the CSI service at the socket answers Probe with ready. */
async function answers(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return false;
  const client = csiClient(socket);
  try {
    await client.identity.Probe({});
    return true;
  } catch {
    return false;
  } finally {
    client.close();
  }
}
