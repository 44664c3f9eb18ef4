import { CsiVolume, GIB } from '../pool/lab/csi-volume.ts';
import type { Deployment } from '../pool/lab/deployment.ts';
import { byHand, type Manner } from './bare-commands.ts';
import { MOUNTER_ON } from './mounter-bench.ts';

const SIZE = GIB;
const GROWN = 2n * GIB;

/** A volume at one worker. */
export interface Mounting {
  mount(): Promise<void>;
  unmount(): Promise<void>;
}

/** A volume's life, step by step, by one of the ways. */
export interface Life extends Mounting {
  create(): Promise<void>;
  expand(): Promise<void>;
  delete(): Promise<void>;
}

/** By RPC, mounted at worker 1, whose node service starts clients itself. */
export interface LifeByRpc extends Life {
  /** The same volume at the worker that has a mounter. */
  readonly there: Mounting;
}

export function lifeByHand(manner: Manner, deployment: Deployment, name: string): Life {
  const hand = byHand(deployment.lab, manner);
  return {
    create: () => hand.create(name, SIZE),
    mount: () => hand.mount(name),
    expand: () => hand.expand(name, GROWN),
    unmount: () => hand.unmount(name),
    delete: () => hand.delete(name),
  };
}

export function lifeByRpc(deployment: Deployment, name: string): LifeByRpc {
  let volume: CsiVolume | undefined;
  const made = () => {
    if (volume === undefined) throw new Error(`${name} is not created`);
    return volume;
  };
  const at = (worker: number): Mounting => ({
    mount: async () => {
      await made().mount(worker);
    },
    unmount: () => made().unmount(worker),
  });
  return {
    ...at(1),
    there: at(MOUNTER_ON),
    async create() {
      volume = await CsiVolume.create(deployment, { name, bytes: SIZE });
    },
    expand: async () => {
      await made().expand(GROWN);
    },
    delete: () => made().delete(),
  };
}
