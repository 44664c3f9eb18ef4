import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { askMount } from '../ask-mount.ts';
import type { BlockHost, LoopDevice } from './block-host.ts';
import type { Places } from './block-volume.ts';

interface Loops {
  readonly loops: readonly LoopDevice[];
  readonly client: 'live' | 'dead';
}

/**
 * The loop devices of a disk whose directory is mounted. A device that is not found, because its client does not
 * answer, could still write later: throws what `askMount` throws unless the client answers before and after, or is
 * dead.
 */
export async function findLoops(
  host: BlockHost,
  { client, disk }: Pick<Places, 'client' | 'disk'>,
  call: Call,
): Promise<Loops> {
  await askMount(host, client, call);
  const loops = await host.loops(disk, call);
  return { loops, client: await askMount(host, client, call) };
}

/** Throws `busy` when the device's path is another's by now, or it goes. */
export async function requireAttached(
  host: BlockHost,
  { loop, file }: { readonly loop: LoopDevice; readonly file: string },
  call: Call,
): Promise<void> {
  const now = await host.loopAt({ device: loop.path, file }, call);
  if (now?.sequence === loop.sequence && !now.isGoing) return;
  throw new Fault('busy', `${loop.path} is not made of ${file} any more; retry`);
}
