import type { Deployment } from '../pool/lab/deployment.ts';
import { until } from '../pool/lab/until.ts';
import type { Manner } from './bare-commands.ts';
import { type Figure, median, timed } from './figures.ts';
import { lifeByHand, lifeByRpc, type Mounting } from './lives.ts';

export const POOL_VERBS = ['create', 'delete', 'stage-publish', 'expand', 'unpublish-unstage'] as const;
export type PoolVerb = (typeof POOL_VERBS)[number];
/** By RPC, by RPC on a worker whose clients a mounter keeps, or by hand. */
type Way = 'rpc' | 'mounter' | Manner;

const TARGETS: Readonly<Partial<Record<PoolVerb, number>>> = {
  create: 1.2,
  delete: 1.2,
  'stage-publish': 1.3,
  expand: 1.2,
};
/** What is done on a worker. */
const MOUNTING: readonly PoolVerb[] = ['stage-publish', 'unpublish-unstage'];
const ROUNDS = 8;

/**
 * Each RPC on the pool against the bare commands, typed by hand with and without the trick that our gateway uses:
 * one volume each way in every round, the ways taking turns to be first. The first round only warms up. The volume
 * made by RPC is mounted at both workers, by the node service alone and through a mounter.
 */
export async function poolBench(
  deployment: Deployment,
  verbs: readonly PoolVerb[],
): Promise<readonly Figure[]> {
  const samples = new Map<string, number[]>();
  for (let round = 0; round <= ROUNDS; round++) {
    const byRpc = lifeByRpc(deployment, `bench-rpc-${round}`);
    const lives = {
      rpc: byRpc,
      plain: lifeByHand('plain', deployment, `bench-plain-${round}`),
      quick: lifeByHand('quick', deployment, `bench-quick-${round}`),
    };
    const mountings: Readonly<Record<Way, Mounting>> = { ...lives, mounter: byRpc.there };
    const each = async <T>(
      verb: PoolVerb,
      all: Readonly<Record<string, T>>,
      act: (one: T) => Promise<void>,
    ) => {
      for (const [way, one] of rotate(Object.entries(all), round)) {
        const ms = await timed(() => act(one));
        if (round > 0) samples.set(`${verb} ${way}`, [...(samples.get(`${verb} ${way}`) ?? []), ms]);
      }
    };
    await each('create', lives, (life) => life.create());
    await each('stage-publish', mountings, (at) => at.mount());
    await each('expand', lives, (life) => life.expand());
    await each('unpublish-unstage', mountings, (at) => at.unmount());
    await untilNoClients(deployment);
    await each('delete', lives, (life) => life.delete());
  }
  return POOL_VERBS.filter((verb) => verbs.includes(verb)).flatMap((verb) => toFigures(verb, samples));
}

function rotate<T>(list: readonly T[], by: number): readonly T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
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
  const target = TARGETS[verb];
  const figure = (what: string, way: Way): Figure => ({
    name: `${verb}: ${what}`,
    value: median(of(way)),
    unit: 'ms',
    better: 'lower',
    samples: of(way),
  });
  const ratio = (what: string, [way, manner]: readonly [Way, Manner], held = false): Figure => ({
    name: `${verb}: ${what}`,
    value: median(of(way)) / median(of(manner)),
    unit: 'ratio',
    better: 'lower',
    samples: of(way).map((ms, i) => ms / (of(manner)[i] ?? Number.NaN)),
    ...(held && target !== undefined ? { target } : {}),
  });
  const isMounting = MOUNTING.includes(verb);
  return [
    figure('the RPC', 'rpc'),
    ...(isMounting ? [figure('the RPC through the mounter', 'mounter')] : []),
    figure('bare commands', 'plain'),
    figure('bare commands without the geo-replication check', 'quick'),
    ratio('RPC / bare', ['rpc', 'plain'], true),
    ...(isMounting ? [ratio('RPC through the mounter / bare', ['mounter', 'plain'], true)] : []),
    ratio('RPC / bare without the check', ['rpc', 'quick']),
  ];
}
