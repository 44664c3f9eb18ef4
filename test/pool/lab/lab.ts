import type { GlusterServer } from './gluster-server.ts';
import type { Machine } from './machine.ts';
import { type MachineExtras, makeMachine, makeServer, type Place } from './make-machines.ts';
import { makeNetwork, type Network, type NetworkMember } from './network.ts';
import { checkRequirements } from './requirements.ts';
import { claimStateFolder, disownStateFolder } from './state-folder.ts';
import { sweep } from './sweep.ts';
import { sweepOnSignals } from './sweep-on-signals.ts';
import { makeTrustedPool } from './trusted-pool.ts';

export interface LabOptions {
  /** Labs of different names run side by side. Default: the one that the tests share. */
  readonly name: string;
  readonly servers: number;
  readonly workers: number;
  readonly disksPerServer: number;
  readonly diskBytes: number;
  /** What each server has for itself. */
  readonly serverExtras: MachineExtras;
  /** What each worker has for itself. */
  readonly workerExtras: MachineExtras;
  /** Machines on the same network that are neither server nor worker. */
  readonly others: readonly NetworkMember[];
}

interface Machines {
  readonly servers: readonly GlusterServer[];
  readonly workers: readonly Machine[];
  readonly others: readonly Machine[];
}

const GIB = 1024 ** 3;
/** The environment's GLUSTER_CSI_LAB, so that two runs can go side by side. */
const POOL = process.env['GLUSTER_CSI_LAB'] ?? 'pool';

/** The name of a lab beside the one that the tests share. */
export function labName(purpose: string): string {
  return `${POOL}-${purpose}`;
}

/** A trusted pool and worker nodes, up for as long as it is not disposed of. */
export class Lab {
  readonly folder: string;
  readonly members: readonly NetworkMember[];
  readonly servers: readonly GlusterServer[];
  readonly workers: readonly Machine[];
  readonly others: readonly Machine[];
  readonly #network: Network;
  readonly #stopOnSignal: () => void;
  #down: Promise<void> | undefined;
  #isKept = false;

  private constructor({ folder, network }: Place, machines: Machines, stopOnSignal: () => void) {
    this.folder = folder;
    this.members = network.members;
    this.#network = network;
    this.servers = machines.servers;
    this.workers = machines.workers;
    this.others = machines.others;
    this.#stopOnSignal = stopOnSignal;
  }

  /**
   * Brings a lab up: servers g1, g2, … in one trusted pool and workers w1, w2, … It goes down when it is disposed
   * of, when the process is interrupted, and at the latest when a lab of the name is brought up again.
   */
  static async up(options: Partial<LabOptions> = {}): Promise<Lab> {
    checkRequirements();
    const settings = { ...defaults(), ...options };
    const folder = await claimStateFolder(settings.name);
    const stopOnSignal = sweepOnSignals(folder);
    try {
      const { servers, workers, others } = membersOf(settings);
      const place = { folder, network: await makeNetwork(folder, [...servers, ...workers, ...others]) };
      const machines = {
        servers: await Promise.all(servers.map((one) => makeServer(place, one, settings))),
        workers: await Promise.all(workers.map((one) => makeMachine(place, one, settings.workerExtras))),
        others: await Promise.all(others.map((one) => makeMachine(place, one))),
      };
      const lab = new Lab(place, machines, stopOnSignal);
      await lab.#boot();
      return lab;
    } catch (error) {
      stopOnSignal();
      await sweep(folder);
      throw error;
    }
  }

  /** Server 1, 2, … */
  server(number: number): GlusterServer {
    return nth(this.servers, number, 'server');
  }

  /** Worker 1, 2, … */
  worker(number: number): Machine {
    return nth(this.workers, number, 'worker');
  }

  /** One of the `others`. */
  other(name: string): Machine {
    const found = this.others.find((machine) => machine.name === name);
    if (found === undefined) throw new Error(`the lab has no machine ${name} beside servers and workers`);
    return found;
  }

  addressOf(name: string): string {
    const member = this.members.find((one) => one.name === name);
    if (member === undefined) throw new Error(`the lab has no member ${name}`);
    return member.address;
  }

  /** The file that holds a member's network namespace. */
  networkOf(name: string): string {
    return this.#network.namespace(name);
  }

  /** Leaves the lab running when this process ends. The next lab of the name, or a sweep, takes it down. */
  async keep(): Promise<void> {
    this.#isKept = true;
    this.#stopOnSignal();
    await disownStateFolder(this.folder);
  }

  /** Takes everything down: processes, mounts, loop devices, namespaces, files. Twice is success. */
  down(): Promise<void> {
    this.#stopOnSignal();
    this.#down ??= sweep(this.folder);
    return this.#down;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isKept) await this.down();
  }

  async #boot(): Promise<void> {
    await Promise.all([
      ...this.servers.map(async (server) => {
        await server.boot();
        await server.startGlusterd();
      }),
      ...[...this.workers, ...this.others].map((machine) => machine.boot()),
    ]);
    await makeTrustedPool(this.servers);
  }
}

function nth<T>(list: readonly T[], number: number, what: string): T {
  const found = list[number - 1];
  if (found === undefined) throw new Error(`the lab has no ${what} ${number}`);
  return found;
}

function defaults(): LabOptions {
  return {
    name: POOL,
    servers: 3,
    workers: 2,
    disksPerServer: 2,
    diskBytes: 12 * GIB,
    serverExtras: {},
    workerExtras: {},
    others: [],
  };
}

function membersOf({ servers, workers, others }: LabOptions) {
  const member = (letter: string, first: number) => (_: unknown, i: number) => ({
    name: `${letter}${i + 1}`,
    address: `10.85.0.${first + i}`,
  });
  return {
    servers: Array.from({ length: servers }, member('g', 1)),
    workers: Array.from({ length: workers }, member('w', 101)),
    others,
  };
}
