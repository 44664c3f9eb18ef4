import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayConfig } from '../../src/config.ts';
import { Fault } from '../../src/control/fault.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import type { GlusterBlockParts } from '../../src/gateway/gluster-block/deps.ts';
import { createGlusterBlock } from '../../src/gateway/gluster-block/run-gluster-block.ts';
import { type Issuer, signToken } from '../../src/glusterd2/token.ts';
import { GlusterBlockProgram } from './gluster-block-program.ts';
import { MemoryBricks } from './memory-bricks.ts';
import { MemoryExportMachine } from './memory-export-machine.ts';
import { createMemoryGluster, MemoryPool } from './memory-gluster.ts';
import { MemoryHosting } from './memory-hosting.ts';
import { MemoryRestoreStore } from './memory-restore-store.ts';
import { MemorySnapshotStore } from './memory-snapshot-store.ts';

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Undefined when the body is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into replies of every shape.
  readonly json: any;
}

export interface HttpOptions {
  readonly body?: unknown;
  /** Sent as it is, instead of a body. */
  readonly raw?: string;
  /** Default: a proper token of the driver. Null: none. */
  readonly authorization?: string | null;
  readonly gateway?: number;
}

interface RunningGateway {
  readonly gateway: Gateway;
  readonly bricks: MemoryBricks;
  readonly snapshots: MemorySnapshotStore;
  readonly exports: MemoryExportMachine;
  readonly peerId: string;
  readonly host: string;
}

/** Real gateways on 127.0.0.1, .2, …, each over its server of one pool in memory. */
export class MemoryGateways {
  readonly pool = new MemoryPool();
  readonly hosting = new MemoryHosting(this.pool);
  readonly glusterBlock = new GlusterBlockProgram();
  readonly gateways: RunningGateway[] = [];
  readonly driver: Issuer = { issuer: 'glustercli', key: async () => Buffer.from(this.#driverKey) };
  readonly peers: Issuer = { issuer: 'gluster-gateway', key: async () => Buffer.from(this.#peersKey) };
  readonly #driverKey = randomBytes(32).toString('hex');
  readonly #peersKey = randomBytes(32).toString('hex');
  #directory = '';
  #port = 0;

  async start(count: number): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'memory-gateways-'));
    this.#port = await freePort();
    await writeFile(join(this.#directory, 'driver.key'), this.#driverKey, { mode: 0o600 });
    await writeFile(join(this.#directory, 'peers.key'), this.#peersKey, { mode: 0o600 });
    const peers = Array.from({ length: count }, (_, index) => this.pool.addPeer(`127.0.0.${index + 1}`));
    for (const [index, peer] of peers.entries()) await this.#add(peer, `zone-${index + 1}`);
    this.pool.hasDirectory = (peerId, path) =>
      this.gateways.some(({ bricks, ...one }) => one.peerId === peerId && bricks.hasDirectory(path));
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map(({ gateway }) => gateway.stop()));
    await rm(this.#directory, { recursive: true });
  }

  /** Sends a request signed as the driver to the first gateway, unless the options say otherwise. */
  async request(method: string, path: string, options: HttpOptions = {}): Promise<HttpReply> {
    const { body, raw, authorization } = options;
    const token = authorization === undefined ? await this.sign(method, path) : authorization;
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return send(
      { method, host: this.at(options.gateway ?? 0).host, port: this.#port, path },
      token === null ? {} : { authorization: token },
      text,
    );
  }

  async sign(method: string, path: string, issuer = this.driver): Promise<string> {
    return `bearer ${await signToken({ method, path }, issuer)}`;
  }

  at(index: number): RunningGateway {
    const found = this.gateways[index];
    if (found === undefined) throw new Error(`there is no gateway ${index}`);
    return found;
  }

  get port(): number {
    return this.#port;
  }

  #glusterBlockParts(): GlusterBlockParts {
    const program = this.glusterBlock;
    program.hasVolume = (volume) => this.pool.volumes.get(volume)?.state === 'Started';
    const mounts: GlusterBlockParts['mounts'] = {
      use: async (volume, work) => {
        if (!program.hasVolume(volume)) throw new Fault('unreachable', `volume ${volume} cannot be mounted`);
        program.before('mount');
        return work(program.at(volume).files);
      },
    };
    return { ...this.hosting.parts, mounts, command: createGlusterBlock(program.run) };
  }

  async #add({ id, host }: { id: string; host: string }, zone: string): Promise<void> {
    const bricks = new MemoryBricks();
    bricks.put('/srv/dev', 100n << 30n);
    const config = gatewayConfig.parse({
      version: 1,
      listen: { address: host, port: this.#port },
      peerPort: this.#port,
      hostname: host,
      zone,
      deviceRoots: ['/srv'],
      auth: {
        driver: { issuer: this.driver.issuer, keyFile: join(this.#directory, 'driver.key') },
        peers: { issuer: this.peers.issuer, keyFile: join(this.#directory, 'peers.key') },
      },
      access: { addresses: ['10.0.0.*'] },
    });
    const snapshots = new MemorySnapshotStore(bricks);
    const restores = new MemoryRestoreStore(bricks, snapshots);
    restores.isServed = ({ volume }) => this.pool.volumes.get(volume)?.state === 'Started';
    const gluster = createMemoryGluster(this.pool, id);
    const exports = new MemoryExportMachine(this.hosting, this.pool, host);
    const gateway = createGateway(config, {
      gluster,
      bricks,
      snapshots,
      restores,
      block: this.hosting.parts,
      glusterBlock: this.#glusterBlockParts(),
      lio: this.hosting.lioParts(exports),
    });
    await gateway.start();
    this.gateways.push({ gateway, bricks, snapshots, exports, peerId: id, host });
  }
}

function send(
  target: { method: string; host: string; port: number; path: string },
  headers: Record<string, string>,
  body: string | undefined,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = httpRequest({ ...target, headers: { ...headers, ...length } }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
    });
    request.once('error', reject);
    request.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
