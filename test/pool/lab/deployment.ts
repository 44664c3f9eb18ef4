import { existsSync } from 'node:fs';
import type { RestClient } from '../../../src/glusterd2/http.ts';
import type { Authority } from './certificates.ts';
import type { ConfigOptions } from './config-files.ts';
import { type CsiClient, csiClient } from './csi-client.ts';
import { Gateways, type GatewaysOptions } from './gateways.ts';
import type { Lab } from './lab.ts';
import { NodeMounter } from './node-mounter.ts';
import { Service } from './service.ts';

export interface DeploymentOptions extends Omit<GatewaysOptions, 'relayOn'> {
  /** Workers whose clients a mounter keeps; see `NodeMounter` for what it takes. Default: none. */
  readonly mountersOn?: readonly number[];
}

/** The driver on a lab: a gateway on each server, the controller on worker 1, the node service on each worker. */
export class Deployment {
  readonly lab: Lab;
  readonly controller: Service;
  readonly nodes: readonly Service[];
  /** By worker. */
  readonly mounters: ReadonlyMap<number, NodeMounter>;
  /** One for each worker's node service. */
  readonly nodeClients: readonly CsiClient[];
  readonly controllerClient: CsiClient;
  /** The block driver, which the same processes serve. */
  readonly block: { readonly controller: CsiClient; readonly nodes: readonly CsiClient[] };
  /** All gateways at once; one by one they are `gateways`. */
  readonly gatewayPool: Gateways;

  private constructor(lab: Lab, gateways: Gateways, mountersOn: readonly number[]) {
    this.lab = lab;
    this.gatewayPool = gateways;
    const driver = (worker: number, name: string, args: readonly string[]) => {
      const socket = socketOf(lab, worker, name);
      const block = ['--block-endpoint', `unix://${blockSocketOf(lab, worker, name)}`];
      const config = ['--config', gateways.driverConfigFile, ...block];
      const argv = gateways.roleArgv([name, '--endpoint', `unix://${socket}`, ...config, ...args]);
      return new Service(lab.worker(worker), { name, argv, isReady: () => answers(socket) });
    };
    this.controller = driver(1, 'controller', []);
    this.mounters = new Map(
      mountersOn.map((worker) => [
        worker,
        new NodeMounter(lab.worker(worker), (args) => gateways.roleArgv(args)),
      ]),
    );
    this.nodes = lab.workers.map(({ name }, i) => {
      const mounter = this.mounters.get(i + 1);
      const args = ['--node-id', name, ...(mounter === undefined ? [] : ['--mounter', mounter.endpoint])];
      return driver(i + 1, 'node', args);
    });
    this.controllerClient = csiClient(socketOf(lab, 1, 'controller'));
    this.nodeClients = lab.workers.map((_, i) => csiClient(socketOf(lab, i + 1, 'node')));
    this.block = {
      controller: csiClient(blockSocketOf(lab, 1, 'controller')),
      nodes: lab.workers.map((_, i) => csiClient(blockSocketOf(lab, i + 1, 'node'))),
    };
  }

  /** Starts all roles and gives the gateways their devices: disk1 for loop, disk2 for directory bricks. */
  static async on(lab: Lab, options: DeploymentOptions = {}): Promise<Deployment> {
    const deployment = new Deployment(lab, await Gateways.on(lab, options), options.mountersOn ?? []);
    const { controller, nodes, mounters } = deployment;
    await Promise.all([controller, ...nodes, ...mounters.values()].map((service) => service.start()));
    return deployment;
  }

  /** Closes the connections of this process. The roles go on until the lab goes down. */
  async close(): Promise<void> {
    const { controller, nodes } = this.block;
    for (const client of [this.controllerClient, ...this.nodeClients, controller, ...nodes]) client.close();
    await this.gatewayPool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  node(worker: number): CsiClient {
    const client = this.nodeClients[worker - 1];
    if (client === undefined) throw new Error(`there is no worker ${worker}`);
    return client;
  }

  get gateways(): readonly Service[] {
    return this.gatewayPool.services;
  }

  gateway(server: number): Service {
    return this.gatewayPool.service(server);
  }

  /** Writes other settings into the gateways' configuration and starts them anew with it. */
  reconfigure(options: Omit<ConfigOptions, 'servers'>): Promise<void> {
    return this.gatewayPool.reconfigure(options);
  }

  /** Boots a server as its init system would: brick images are mounted before glusterd starts, then the gateway. */
  bootServer(server: number): Promise<void> {
    return this.gatewayPool.bootServer(server);
  }

  get authority(): Authority {
    return this.gatewayPool.authority;
  }

  /** A base URL for this process, which is not in the lab's network: it ends at one server's gateway. */
  gatewayUrl(server: number): Promise<string> {
    return this.gatewayPool.urlFromHere(server);
  }

  /** The REST client of the driver, for this process. */
  restClient(server: number): Promise<RestClient> {
    return this.gatewayPool.restClient(server);
  }

  get driverKeyFile(): string {
    return this.gatewayPool.driverKeyFile;
  }
}

function socketOf(lab: Lab, worker: number, name: string): string {
  return `${lab.worker(worker).folder}/${name}.sock`;
}

function blockSocketOf(lab: Lab, worker: number, name: string): string {
  return `${lab.worker(worker).folder}/${name}-block.sock`;
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
