import type { Call } from '../../control/call.ts';
import { invalid, isFault } from '../../control/fault.ts';
import type { CapacityQuestion } from '../capacity.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { hashId } from '../hash-id.ts';
import { getRecord } from '../volume-record.ts';
import { createBySize } from '../volumes/create-by-size.ts';
import { lacksRecord } from '../volumes/own-bricks.ts';
import { startVolume } from '../volumes/start-volume.ts';
import { hostingOptions } from './block-options.ts';
import type { HostingDeps } from './deps.ts';
import { getHosting } from './hosting.ts';
import { HOSTING_KEY, PROVIDER_KEY, providerOf } from './publications.ts';
import { HOSTING_MARGIN } from './room.ts';

/** How a hosting volume is made. */
export interface HostingPlan {
  /** Bytes; undefined: as glusterd2 has it. */
  readonly size: bigint | undefined;
  readonly question: CapacityQuestion;
  /** Beside those for block workloads; classic names, checked. */
  readonly options: Readonly<Record<string, string>>;
  /** False: any hosting volume will do. */
  readonly isGiven: boolean;
}

/** Of a hosting volume that was made for a request: what shape it asked for. */
export const SHAPE_KEY = '_shape';
/** glusterd2's `block-hosting-volume-size`. */
const USUAL_SIZE = 5n * 1024n ** 3n;

/**
 * Makes and starts a hosting volume for the block volume. Its name follows from the block volume's, so that the
 * retry of an interrupted request goes on with it. Faults as with `createBySize`.
 */
export async function makeHosting(
  deps: HostingDeps,
  { name, size, plan }: { readonly name: string; readonly size: bigint; readonly plan: HostingPlan },
  call: Call,
): Promise<GlusterVolume> {
  const hosting = await freeName(deps, name, call);
  const bytes = plan.size ?? max(USUAL_SIZE, size + HOSTING_MARGIN);
  if (bytes < size + HOSTING_MARGIN) {
    throw invalid('hostvolsize', `must be at least ${size + HOSTING_MARGIN} for a block volume of ${size}`);
  }
  const { provider } = deps;
  const metadata = {
    [HOSTING_KEY]: 'yes',
    ...(provider === 'virtblock' ? {} : { [PROVIDER_KEY]: provider }),
    [SHAPE_KEY]: shapeOf(plan),
  };
  const quorum = plan.question.layout.kind === 'replica' ? { 'cluster.quorum-type': 'auto' } : {};
  const options = { ...hostingOptions(provider), ...quorum, ...plan.options };
  const wanted = { name: hosting, size: bytes, question: plan.question, options, metadata };
  await createBySize(deps, wanted, call).catch((error: unknown) => {
    // An interrupted request's: it was not started yet, or has room.
    if (!isFault(error, 'conflict')) throw error;
  });
  await startVolume(deps, hosting, { force: false }, call);
  return getHosting(deps, hosting, call);
}

/** What a request wants of its hosting volume's form, as one word. */
export function shapeOf({ question, options }: HostingPlan): string {
  const { layout, provisioner, limits } = question;
  return hashId(JSON.stringify([layout, provisioner, limits, Object.entries(options).toSorted()])).slice(
    0,
    8,
  );
}

/** A started hosting volume of the name was looked at already, and had no room. */
async function freeName(deps: HostingDeps, name: string, call: Call): Promise<string> {
  const taken = new Map((await deps.gluster.volumes(call)).map((volume) => [volume.name, volume]));
  const seed = deps.provider === 'virtblock' ? name : `${deps.provider}/${name}`;
  for (let attempt = 0; ; attempt += 1) {
    const hosting = `block-${hashId(`${seed}#${attempt}`).slice(0, 8)}`;
    const volume = taken.get(hosting);
    if (volume === undefined || isHalfMade(volume)) return hosting;
    if (volume.state !== 'Started' && isOurs(deps, volume)) return hosting;
  }
}

/** By a request that died before it gave it a record: `createBySize` makes it anew. */
function isHalfMade(volume: GlusterVolume): boolean {
  return volume.state === 'Created' && lacksRecord(volume);
}

function isOurs({ provider }: HostingDeps, volume: GlusterVolume): boolean {
  const record = getRecord(volume);
  return record.metadata[HOSTING_KEY] === 'yes' && providerOf(record) === provider;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
