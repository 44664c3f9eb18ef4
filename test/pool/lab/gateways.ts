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
import { addDevices } from './devices.ts';
import { forwardToSocket } from './forward.ts';
import type { Lab } from './lab.ts';
import type { Machine } from './machine.ts';
import { PATIENCE } from './patience.ts';
import { listensOn, type Program, programArgv } from './program.ts';
import { Service } from './service.ts';

export interface GatewaysOptions extends Omit<ConfigOptions, 'servers'> {
  readonly program?: Program;
  readonly logLevel?: string;
  /** A machine that sees the lab's folder; through it this process reaches the gateways. Default: worker 1. */
  readonly relayOn?: Machine;
}

/** A gateway on each server of a lab. */
export class Gateways {
  readonly lab: Lab;
  readonly services: readonly Service[];
  readonly authority: Authority;
  readonly #options: GatewaysOptions;
  readonly #relayOn: Machine;
  readonly #resources = new AsyncDisposableStack();
  #files: ConfigFiles;

  private constructor(lab: Lab, authority: Authority, files: ConfigFiles, options: GatewaysOptions) {
    this.lab = lab;
    this.authority = authority;
    this.#files = files;
    this.#options = options;
    this.#relayOn = options.relayOn ?? lab.worker(1);
    this.services = lab.servers.map(
      ({ machine }) =>
        new Service(machine, {
          name: 'gateway',
          argv: this.roleArgv(['gateway', '--config', files.gateway(machine.name)]),
          isReady: (pid) => listensOn(pid, GATEWAY_PORT),
        }),
    );
  }

  /** Starts them and gives them their devices: disk1 of each server for loop, disk2 for directory bricks. */
  static async on(lab: Lab, options: GatewaysOptions = {}): Promise<Gateways> {
    const authority = await makeCertificates(lab.folder, lab.members);
    const files = await writeConfigFiles(lab.folder, authority, { ...options, servers: namesOf(lab) });
    const gateways = new Gateways(lab, authority, files, options);
    await Promise.all([...gateways.services, gateways.#relay()].map((service) => service.start()));
    await addDevices(await gateways.restClient(1), lab);
    return gateways;
  }

  /** Closes the connections of this process. The gateways go on until the lab goes down. */
  async close(): Promise<void> {
    await this.#resources.disposeAsync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The gateway of server 1, 2, … */
  service(server: number): Service {
    const service = this.services[server - 1];
    if (service === undefined) throw new Error(`there is no server ${server}`);
    return service;
  }

  /** The argv of a role of the program that the gateways are of, at their log level. */
  roleArgv(args: readonly string[]): readonly string[] {
    const { program = 'sources', logLevel = 'debug' } = this.#options;
    return programArgv(program, [...args, '--log-level', logLevel]);
  }

  /** Writes other settings into the gateways' configuration and starts them anew with it. */
  async reconfigure(options: Omit<ConfigOptions, 'servers'>): Promise<void> {
    const servers = namesOf(this.lab);
    this.#files = await writeConfigFiles(this.lab.folder, this.authority, { ...options, servers });
    await Promise.all(
      this.services.map(async (service) => {
        await service.stop();
        await service.start();
      }),
    );
  }

  /** Boots a server as its init system would: brick images are mounted before glusterd starts, then the gateway. */
  async bootServer(server: number): Promise<void> {
    const { machine } = this.lab.server(server);
    await this.lab.server(server).boot();
    const config = this.#files.gateway(machine.name);
    await machine.must(programArgv(this.#options.program ?? 'sources', ['mount-bricks', '--config', config]));
    await this.lab.server(server).startGlusterd();
    await this.service(server).start();
  }

  /** Their base URLs for who is in the lab's network, in the order of the servers. */
  get urls(): readonly string[] {
    const scheme = this.#options.insecure === true ? 'http' : 'https';
    return namesOf(this.lab).map((name) => `${scheme}://${name}:${GATEWAY_PORT}`);
  }

  /** The user that the driver is to them. */
  get user(): string {
    return DRIVER_ISSUER;
  }

  get driverKeyFile(): string {
    return this.#files.driverKey;
  }

  /** The configuration of controller and node service as plain processes on the lab's workers. */
  get driverConfigFile(): string {
    return this.#files.driver;
  }

  /** A base URL for this process, which is not in the lab's network: it ends at one server's gateway. */
  async urlFromHere(server: number): Promise<string> {
    const { port } = this.#resources.use(await forwardToSocket(this.#relaySocket(`g${server}`)));
    return `https://127.0.0.1:${port}`;
  }

  /** The REST client of the driver, for this process. */
  async restClient(server: number): Promise<RestClient> {
    const client = createClient({
      baseUrls: [await this.urlFromHere(server)],
      issuer: DRIVER_ISSUER,
      key: keyFile(this.driverKeyFile),
      ca: this.authority.caFile,
      timeoutMs: 60_000 * PATIENCE,
    });
    this.#resources.defer(() => client.close());
    return client;
  }

  #relay(): Service {
    const sockets = namesOf(this.lab).map((name) => ({ name, socket: this.#relaySocket(name) }));
    const script = fileURLToPath(new URL('relay.ts', import.meta.url));
    return new Service(this.#relayOn, {
      name: 'relay',
      argv: [
        process.execPath,
        script,
        ...sockets.map(({ name, socket }) => `${socket}=${name}:${GATEWAY_PORT}`),
      ],
      isReady: () => sockets.every(({ socket }) => existsSync(socket)),
    });
  }

  #relaySocket(server: string): string {
    return `${this.#relayOn.folder}/relay-${server}.sock`;
  }
}

function namesOf(lab: Lab): readonly string[] {
  return lab.servers.map(({ name }) => name);
}
