import { type Call, checkpoint } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { Semaphore } from '../../control/semaphore.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import type { BlockDeps, HostingDeps } from './deps.ts';
import { getHosting, hostingVolumes } from './hosting.ts';
import type { Held, HostedDisk } from './hosting-mounts.ts';
import { inAllSets } from './in-all-sets.ts';
import { isOpenForBlocks } from './publications.ts';

/** Each takes a client of its own for a moment: some 20 MB of memory. */
const LOOKS_AT_ONCE = 4;

/** A hosting volume with what is on it. */
export interface Hosted<Disk extends HostedDisk = HostedDisk> extends Held<Disk> {
  readonly hosting: GlusterVolume;
}

/** A block volume, with its hosting volume when that is known. */
export interface NamedBlockVolume {
  readonly name: string;
  readonly hostingvolume: string | undefined;
}

/** The hosting volume that has the block volume; `hosting` names it when it is known. Throws `not-found`, `unreachable`. */
export async function locate(
  deps: BlockDeps,
  name: string,
  hosting: string | undefined,
  call: Call,
): Promise<{ readonly hosting: GlusterVolume; readonly disk: HostedDisk }> {
  if (hosting !== undefined) return findOn(deps, await getHosting(deps, hosting, call), name, call);
  const { found, silent } = await lookEverywhere(deps, {}, call);
  for (const { hosting: volume, disks } of found) {
    const disk = disks.find((one) => one.name === name);
    if (disk !== undefined) return { hosting: volume, disk };
  }
  if (silent !== undefined) throw silent;
  throw missing(name);
}

/** The name of its hosting volume, which is looked for when it is not given. Throws `not-found`, `unreachable`. */
export async function hostingOf(
  deps: BlockDeps,
  { name, hostingvolume }: NamedBlockVolume,
  call: Call,
): Promise<string> {
  if (hostingvolume === undefined) return (await locate(deps, name, undefined, call)).hosting.name;
  requireStarted(await getHosting(deps, hostingvolume, call));
  return hostingvolume;
}

async function findOn(deps: BlockDeps, hosting: GlusterVolume, name: string, call: Call) {
  requireStarted(hosting);
  const find = () => deps.mounts.use(hosting.name, (mounted) => mounted.find(name, call), call);
  const disk = await inAllSets(deps, hosting, find, call);
  if (disk === undefined) throw missing(name);
  return { hosting, disk };
}

/**
 * What all hosting volumes have, or one of them alone, or all but one. One that is not started, or does not answer,
 * is left out and told as `silent`.
 */
export async function lookEverywhere<Disk extends HostedDisk>(
  deps: HostingDeps<Disk>,
  { only, except }: { readonly only?: string | undefined; readonly except?: string },
  call: Call,
): Promise<{ readonly found: readonly Hosted<Disk>[]; readonly silent: Fault | undefined }> {
  const all = only === undefined ? await hostingVolumes(deps, call) : [await getHosting(deps, only, call)];
  // One that was never started has nothing.
  const volumes = all.filter(({ name, state }) => name !== except && state !== 'Created');
  const bounded = new Semaphore(LOOKS_AT_ONCE);
  const settled = await Promise.allSettled(
    volumes.map((hosting) => bounded.run(call.signal, () => look(deps, hosting, call))),
  );
  const found = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const reasons: unknown[] = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const bug = reasons.find((reason) => !isFault(reason));
  if (bug !== undefined) checkpoint(call);
  if (bug !== undefined) throw bug;
  return { found, silent: reasons.find((reason) => isFault(reason)) };
}

async function look<Disk extends HostedDisk>(
  deps: HostingDeps<Disk>,
  hosting: GlusterVolume,
  call: Call,
): Promise<Hosted<Disk>> {
  requireStarted(hosting);
  const list = () =>
    deps.mounts.use(hosting.name, async (mounted) => ({ hosting, ...(await mounted.list(call)) }), call);
  return inAllSets(deps, hosting, list, call);
}

function requireStarted(hosting: GlusterVolume): void {
  if (hosting.state === 'Started') return;
  const { name } = hosting;
  if (isStoppedByPrune(hosting)) throw new Fault('busy', `hosting volume ${name} is being deleted; retry`);
  throw new Fault('unreachable', `hosting volume ${name} is not started; start it`);
}

/** Marked and stopped by a prune that is under way, or was interrupted; a mark does not tell that it is empty. */
export function isStoppedByPrune(hosting: GlusterVolume): boolean {
  return hosting.state === 'Stopped' && !isOpenForBlocks(getRecord(hosting));
}

export function missing(name: string): Fault {
  return new Fault('not-found', `block volume ${name} not found`);
}
