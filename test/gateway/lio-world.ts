import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpReply, MemoryGateways } from '../fakes/memory-gateways.ts';

export const GIB = 1024 ** 3;
export const VOLUMES = '/v1/blockvolumes/lio';
export const CHAP = {
  username: 'node-user',
  password: 'secret-of-the-node',
  mutual: { username: 'target-user', password: 'secret-of-the-target' },
};
export const N1 = { node: 'n1', initiator: 'iqn.2026-11.org.example:n1', readonly: false, chap: CHAP };
export const N2 = { ...N1, node: 'n2', initiator: 'iqn.2026-11.org.example:n2' };

/** Three gateways that export block volumes of a pool in memory. */
export class LioWorld {
  readonly gateways = new MemoryGateways();

  static async start(): Promise<LioWorld> {
    const world = new LioWorld();
    await world.gateways.start(3);
    return world;
  }

  stop(): Promise<void> {
    return this.gateways.stop();
  }

  post(path: string, body: unknown = {}, gateway = 0): Promise<HttpReply> {
    return this.gateways.request('POST', `${VOLUMES}${path}`, { body, gateway });
  }

  async get(name: string): Promise<HttpReply['json']> {
    return (await this.gateways.request('GET', `${VOLUMES}/${name}`)).json;
  }

  delete(name: string): Promise<HttpReply> {
    return this.gateways.request('DELETE', `${VOLUMES}/${name}?prune=true`);
  }

  create(name: string, more: object = {}): Promise<HttpReply> {
    return this.post('', { name, size: GIB, ...more });
  }

  /** The server whose portals these are. */
  serverOf(portals: readonly string[]) {
    const found = this.gateways.gateways.find(({ host }) => portals[0] === `${host}:3260`);
    if (found === undefined) throw new Error(`no server has ${portals.join(', ')}`);
    return found;
  }

  /** All exports of all servers, as [host, wish]. */
  exported() {
    return this.gateways.gateways.flatMap(({ host, exports }) =>
      [...exports.exports.values()].map(({ place, wish, bytes }) => ({
        host,
        name: place.name,
        wish,
        bytes,
      })),
    );
  }

  allowed(): string {
    return [...this.gateways.pool.volumes.values()][0]?.options['auth.allow'] ?? '';
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    const end = performance.now() + 60_000;
    while (!isSo()) {
      if (performance.now() > end) throw new Error(`${what}: not within a minute`);
      await sleep(50);
    }
  }
}
