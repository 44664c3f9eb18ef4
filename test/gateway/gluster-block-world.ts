import { Fault } from '../../src/control/fault.ts';
import { type HttpReply, MemoryGateways } from '../fakes/memory-gateways.ts';

export const GIB = 1024 ** 3;
export const VOLUMES = '/v1/blockvolumes/gluster-block';
export const W1 = { node: 'w1', initiator: 'iqn.1994-05.com.example:w1', readonly: false, shared: false };
export const W2 = { node: 'w2', initiator: 'iqn.1994-05.com.example:w2', readonly: false, shared: false };

/** Three gateways over a pool in memory, and requests for block volumes of gluster-block. */
export class GlusterBlockWorld {
  readonly gateways = new MemoryGateways();

  #meet: (name: string) => void = () => undefined;

  static async start(): Promise<GlusterBlockWorld> {
    const world = new GlusterBlockWorld();
    await world.gateways.start(3);
    const { pool } = world.gateways;
    const note = pool.note.bind(pool);
    pool.note = (command) => {
      note(command);
      world.#meet(command);
    };
    world.program.around = (when, [verb = '']) => world.#meet(`${when} ${verb}`);
    world.program.before = (step) => world.#meet(step);
    return world;
  }

  get program() {
    return this.gateways.glusterBlock;
  }

  stop(): Promise<void> {
    return this.gateways.stop();
  }

  /**
   * Has a command of gluster-block ("before create", "after create"), a step on hosting volumes or a command of gluster
   * be lost the n-th time that it comes. What is returned tells whether it came so often.
   */
  dieOnce(moment: string, time: number): () => boolean {
    let count = 0;
    this.#meet = (name) => {
      if (name !== moment) return;
      count += 1;
      if (count === time) throw new Fault(name === 'volume set' ? 'uncertain' : 'timed-out', 'died');
    };
    return () => count >= time;
  }

  dieNoMore(): void {
    this.#meet = () => undefined;
  }

  post(path: string, body: unknown, gateway = 0): Promise<HttpReply> {
    return this.gateways.request('POST', `${VOLUMES}${path}`, { body, gateway });
  }

  create(name: string, more: object = {}, gateway = 0): Promise<HttpReply> {
    return this.post('', { name, size: GIB, ...more }, gateway);
  }

  get(path: string, gateway = 0): Promise<HttpReply> {
    return this.gateways.request('GET', `${VOLUMES}${path}`, { gateway });
  }

  delete(path: string, gateway = 0): Promise<HttpReply> {
    return this.gateways.request('DELETE', `${VOLUMES}${path}`, { gateway });
  }

  /** What the only hosting volume of the provider has. */
  exports() {
    const [only] = this.program.volumes.values();
    if (only === undefined) throw new Error('there is no hosting volume');
    return only;
  }

  /** Names of what is left: targets, logs, files, declarations. */
  rest(): readonly string[] {
    const files = [...this.program.volumes.values()].flatMap(({ metas, store, declared }) => [
      ...metas.keys(),
      ...store.keys(),
      ...declared.keys(),
    ]);
    return [...this.program.targets.keys(), ...files];
  }
}

/** The status, and which fault: `409 wrong-state`. */
export function outcome({ status, json }: HttpReply): string {
  const kind: unknown = json?.errors?.[0]?.fields?.fault;
  return kind === undefined ? `${status}` : `${status} ${String(kind)}`;
}
