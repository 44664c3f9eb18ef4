import { CsiVolume, GIB } from '../pool/lab/csi-volume.ts';
import type { Deployment } from '../pool/lab/deployment.ts';
import { until } from '../pool/lab/until.ts';
import { byHand, type Manner } from './bare-commands.ts';
import { type Figure, median, timed } from './figures.ts';

export type PoolVerb = 'create' | 'delete' | 'stage-publish' | 'expand';
type Way = 'rpc' | Manner;

const TARGETS: Readonly<Record<PoolVerb, number>> = {
  create: 1.2,
  delete: 1.2,
  'stage-publish': 1.3,
  expand: 1.2,
};
const VERBS = Object.keys(TARGETS) as readonly PoolVerb[];
const ROUNDS = 8;
const SIZE = GIB;
const GROWN = 2n * GIB;

/** A volume's life, step by step, by one of the ways. */
interface Life {
  create(): Promise<void>;
  mount(): Promise<void>;
  expand(): Promise<void>;
  unmount(): Promise<void>;
  delete(): Promise<void>;
}

/**
 * Each RPC on the pool against the bare commands, typed by hand with and without the trick that our gateway uses:
 * one volume each way in every round, the ways taking turns to be first. The first round only warms up.
 */
export async function poolBench(
  deployment: Deployment,
  verbs: readonly PoolVerb[],
): Promise<readonly Figure[]> {
  const samples = new Map<string, number[]>();
  const ways: readonly Way[] = ['rpc', 'plain', 'quick'];
  for (let round = 0; round <= ROUNDS; round++) {
    const turn = [...ways.slice(round % ways.length), ...ways.slice(0, round % ways.length)];
    const lives = turn.map((way) => ({ way, life: lifeOf(way, deployment, `bench-${way}-${round}`) }));
    const each = async (verb: PoolVerb, act: (life: Life) => Promise<void>) => {
      for (const { way, life } of lives) {
        const ms = await timed(() => act(life));
        if (round > 0) samples.set(`${verb} ${way}`, [...(samples.get(`${verb} ${way}`) ?? []), ms]);
      }
    };
    await each('create', (life) => life.create());
    await each('stage-publish', (life) => life.mount());
    await each('expand', (life) => life.expand());
    for (const { life } of lives) await life.unmount();
    await untilNoClients(deployment);
    await each('delete', (life) => life.delete());
  }
  return VERBS.filter((verb) => verbs.includes(verb)).flatMap((verb) => toFigures(verb, samples));
}

function lifeOf(way: Way, deployment: Deployment, name: string): Life {
  if (way !== 'rpc') {
    const hand = byHand(deployment.lab, way);
    return {
      create: () => hand.create(name, SIZE),
      mount: () => hand.mount(name),
      expand: () => hand.expand(name, GROWN),
      unmount: () => hand.unmount(name),
      delete: () => hand.delete(name),
    };
  }
  let volume: CsiVolume | undefined;
  const made = () => {
    if (volume === undefined) throw new Error(`${name} is not created`);
    return volume;
  };
  return {
    async create() {
      volume = await CsiVolume.create(deployment, { name, bytes: SIZE });
    },
    mount: async () => {
      await made().mount(1);
    },
    expand: async () => {
      await made().expand(GROWN);
    },
    unmount: () => made().unmount(1),
    delete: () => made().delete(),
  };
}

/** So that no delete waits for, or is refused because of, a client that is just going. */
async function untilNoClients({ lab }: Deployment): Promise<void> {
  await until(
    'no client is connected',
    async () => {
      const list = await lab.server(1).mustGluster(['volume', 'list']);
      for (const name of list.split('\n').filter((line) => line.startsWith('bench-'))) {
        const clients = await lab.server(1).mustGluster(['volume', 'status', name, 'client-list']);
        if (/^\s*fuse\s/m.test(clients)) return false;
      }
      return true;
    },
    { everyMs: 200 },
  );
}

function toFigures(verb: PoolVerb, samples: ReadonlyMap<string, readonly number[]>): readonly Figure[] {
  const of = (way: Way) => samples.get(`${verb} ${way}`) ?? [];
  const figure = (what: string, way: Way): Figure => ({
    name: `${verb}: ${what}`,
    value: median(of(way)),
    unit: 'ms',
    better: 'lower',
    samples: of(way),
  });
  const ratio = (what: string, manner: Manner, target?: number): Figure => ({
    name: `${verb}: ${what}`,
    value: median(of('rpc')) / median(of(manner)),
    unit: 'ratio',
    better: 'lower',
    samples: of('rpc').map((ms, i) => ms / (of(manner)[i] ?? Number.NaN)),
    ...(target === undefined ? {} : { target }),
  });
  return [
    figure('the RPC', 'rpc'),
    figure('bare commands', 'plain'),
    figure('bare commands without the geo-replication check', 'quick'),
    ratio('RPC / bare', 'plain', TARGETS[verb]),
    ratio('RPC / bare without the check', 'quick'),
  ];
}
