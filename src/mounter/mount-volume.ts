import { type Call, checkpoint, detached } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { isClientMount } from '../host/client-mount.ts';
import { topMount } from '../host/mountinfo.ts';
import type { GlusterMount } from '../staging/host.ts';
import type { MounterContext } from './context.ts';
import { type StartedClient, startClient } from './start-client.ts';

const UNDO_MS = 30_000;

/**
 * Starts a client for the volume and binds its root at the target, as `Host.mountGluster` promises. The caller has
 * looked that nothing of it is there.
 */
export async function mountVolume(context: MounterContext, mount: GlusterMount, call: Call): Promise<void> {
  using client = await startClient(context, { ...mount, replaces: [] }, call);
  try {
    checkpoint(call);
    await context.machine.bind(client.mountPoint, mount.target, call);
    await requireSeen(context, client, mount.target);
  } catch (error) {
    const undoing = detached(call, UNDO_MS);
    await unbind(context, client, undoing);
    await client.undo(error, undoing);
    throw error;
  }
}

async function requireSeen(
  { machine }: MounterContext,
  { device }: StartedClient,
  target: string,
): Promise<void> {
  const top = topMount(await machine.mounts(), target);
  if (top?.device === device) return;
  throw new Fault(
    'unreachable',
    `${target} does not show the mount after binding it; is it a symbolic link?`,
  );
}

/** Wherever the target led. What cannot be unmounted keeps the client, and its retry finds it. */
async function unbind({ machine }: MounterContext, { device }: StartedClient, call: Call): Promise<void> {
  const made = (await machine.mounts()).filter((mount) => mount.device === device && !isClientMount(mount));
  for (const { target } of made) await machine.unmount(target, call);
}
