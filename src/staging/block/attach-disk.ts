import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { findLiveMount } from '../find-live-mount.ts';
import { getCluster, toGlusterMount } from '../node-volume.ts';
import { unmountAll } from '../unmount-all.ts';
import type { LoopDevice } from './block-host.ts';
import { type BlockContext, placesOf, type StagedUse } from './block-volume.ts';
import { findLoops } from './find-loops.ts';

/**
 * Direct I/O, because the loop device's own pages are the only cache that is wanted, and a size that is asked for each
 * time, because it changes from elsewhere.
 */
const CLIENT_OPTIONS = ['direct-io-mode=enable', 'attribute-timeout=0'];

/**
 * Mounts the volume's directory and makes a loop device of its disk; what is there already is used. Resolves with the
 * device. Throws what `Host.mountGluster` throws, and `busy` while a former device goes.
 */
export async function attachDisk(context: BlockContext, use: StagedUse, call: Call): Promise<LoopDevice> {
  const { host } = context;
  const places = placesOf(use.stagingPath);
  const { client, disk } = places;
  await mountClient(context, use, call);
  checkpoint(call);
  const { loops, client: state } = await findLoops(host, places, call);
  if (state === 'dead') throw new Fault('unreachable', `the client at ${client} has ended; retry`);
  // A kill may have come between making one and looking whether it is direct.
  const usable = loops.find((loop) => loop.isReadonly === use.isReadonly && loop.isDirect && !loop.isGoing);
  for (const loop of loops.filter((one) => one !== usable)) {
    if (await host.detachLoop(loop, call)) continue;
    throw new Fault('busy', `${loop.path}, made of the disk in ${client}, is still in use; retry`);
  }
  return usable ?? host.attachLoop(disk, { readonly: use.isReadonly }, call);
}

async function mountClient(context: BlockContext, use: StagedUse, call: Call): Promise<void> {
  const { host, clusters } = context;
  const { volume, stagingPath, isReadonly } = use;
  const { client: target } = placesOf(stagingPath);
  const live = await findLiveMount(context, { volume, target }, call);
  if (live?.options.includes('ro') === isReadonly) return;
  // It was published otherwise before, and no device is left of that.
  if (live !== undefined) await unmountAll(context, { volume, target }, call);
  await host.makeDirectory(target, call);
  const { servers } = getCluster(clusters, volume);
  const options = [...CLIENT_OPTIONS, ...(isReadonly ? ['ro'] : [])];
  const mount = toGlusterMount(volume, { servers, target, options });
  await host.mountGluster({ ...mount, isPinned: true }, call);
}
