import { type HttpReply, MemoryGateways } from '../fakes/memory-gateways.ts';

export const GIB = 1024 ** 3;
export const VOLUMES = '/v1/blockvolumes/virtblock';
export const W1 = { node: 'w1', addresses: ['10.0.0.1'], readonly: false };
export const W2 = { node: 'w2', addresses: ['10.0.0.2', 'fd00::2'], readonly: false };

/** Three gateways over a pool in memory, and requests for block volumes. */
export class BlockWorld {
  readonly gateways = new MemoryGateways();

  static async start(): Promise<BlockWorld> {
    const world = new BlockWorld();
    await world.gateways.start(3);
    return world;
  }

  stop(): Promise<void> {
    return this.gateways.stop();
  }

  post(path: string, body: unknown, gateway = 0): Promise<HttpReply> {
    return this.gateways.request('POST', `${VOLUMES}${path}`, { body, gateway });
  }

  create(name: string, more: object = {}, gateway = 0): Promise<HttpReply> {
    return this.post('', { name, size: GIB, ...more }, gateway);
  }

  /** What it is published as, without its doors. */
  publishedIn({ json }: HttpReply): readonly object[] {
    return json.published.map(({ door: _, ...rest }: { readonly door?: string }) => rest);
  }

  /** The door by which the node is let into the block volume. */
  doorIn({ json }: HttpReply, node: string): string {
    return json.published.find((one: { readonly node: string }) => one.node === node)?.door;
  }

  /** The only volume of the pool. */
  hostingOf() {
    return [...this.gateways.pool.volumes.values()][0];
  }

  /** Its access list. */
  allowed(): string {
    return this.hostingOf()?.options['auth.allow'] ?? '';
  }
}
