import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { HostedDisks } from './hosting-mounts.ts';

type Metadata = Readonly<Record<string, string>>;

/**
 * What is kept of a block volume beside its file. Nothing: it is being made. That it is whole, and that its maker takes
 * it back, are each said only where nothing is kept; so one of two gateways gives it out, or one takes it back.
 */
export type Kept =
  | { readonly state: 'whole'; readonly metadata: Metadata }
  /** `since`: milliseconds since the epoch. */
  | { readonly state: 'deleting'; readonly since: number; readonly metadata: Metadata }
  | { readonly state: 'taken-back'; readonly since: number };

/** Commands end after half a minute: this long after it nobody acts by what it says any more. */
const ACTING_MS = 10 * 60_000;

interface Named {
  readonly name: string;
  readonly metadata: Metadata;
}

/** Says that it is whole, which makes the file a block volume. Throws `busy` when another gateway has said otherwise. */
export async function giveOut(disks: HostedDisks, { name, metadata }: Named, call: Call): Promise<void> {
  if (await disks.claim(name, { state: 'whole', metadata }, call)) return;
  const kept = await disks.kept(name, call);
  if (kept?.state === 'whole' && isDeepStrictEqual({ ...kept.metadata }, { ...metadata })) return;
  throw new Fault('busy', `another gateway is at work on block volume ${name}; retry`);
}

/** Says that the file goes, and who says it may be about to remove it. */
export function isGoing(kept: Kept | undefined): boolean {
  if (kept === undefined || kept.state === 'whole') return false;
  return Date.now() - kept.since < ACTING_MS;
}

/**
 * Removes a file that its maker alone knows. Throws `uncertain`, and leaves it, when the same request has got it by
 * another gateway: it may be in use.
 */
export async function takeBack(disks: HostedDisks, name: string, call: Call): Promise<void> {
  if (!(await disks.claim(name, { state: 'taken-back', since: Date.now() }, call))) {
    throw new Fault('uncertain', `block volume ${name} was finished by another gateway meanwhile; retry`);
  }
  await disks.remove(name, call);
}
