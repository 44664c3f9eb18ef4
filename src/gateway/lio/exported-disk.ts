import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { DISK_FILE } from '../../glusterd2/block-wire.ts';
import { toErrorText } from '../../host/child-error.ts';
import { type DeviceMap, findMap, makeMap, removeMap, switchMap } from '../../host/device-map.ts';
import {
  attachDirect,
  detach,
  growLoop,
  identityOf,
  type LoopIdentity,
  loopAt,
  loopsOf,
} from '../../host/loop-devices.ts';
import { run } from '../../host/run.ts';

const ASK_MS = 10_000;

/** The map of an export: a name that LIO can keep while what is beneath changes, and that is there only with it. */
export const MAP_PREFIX = 'gluster-csi-';

/**
 * Has the map give the file below this mount: made, put in the place of a dead client's, or left. Resolves with its
 * path. Throws `unreachable`, also for a device that has not the size of its file; `busy` for one that goes.
 */
export async function mapDisk(key: string, mount: string, call: Call): Promise<string> {
  const file = `${mount}/${DISK_FILE}`;
  const name = `${MAP_PREFIX}${key}`;
  const map = await findMap(name);
  const former = await heldBy(map);
  const loop = await attachedTo(file, map, call);
  const bytes = await growLoop({ device: loop.path, file }, call);
  await requireSize(file, bytes, call);
  const confirm = () => requireAttached(file, loop, call);
  const beneath = { device: loop.path, bytes };
  checkpoint(call);
  if (map === undefined) await makeMap(name, beneath, call);
  else if (map.below !== loop.path || map.bytes !== bytes) {
    await switchMap(name, { ...beneath, confirm }, call);
    if (map.below !== loop.path) await letGo(former, call);
  }
  // Nobody is given it before; what another call has left is looked at too.
  await confirm();
  const made = await findMap(name);
  if (made?.below === loop.path && made.bytes === bytes) return made.path;
  throw new Fault('unreachable', `${name} is not the whole of ${loop.path}; look at dmsetup table`);
}

/** The loop devices too, of every mount given. Absent is success. */
export async function unmapDisk(key: string, mounts: readonly string[], call: Call): Promise<void> {
  const name = `${MAP_PREFIX}${key}`;
  const former = await heldBy(await findMap(name));
  await removeMap(name, call);
  await letGo(former, call);
  for (const mount of mounts) await letLoopsGo(mount, call);
}

/** What is attached below this mount. Throws `unreachable` while something has it open. */
export async function letLoopsGo(mount: string, call: Call): Promise<void> {
  for (const loop of await loopsOf(`${mount}/${DISK_FILE}`, call)) await letGo(loop, call);
}

/** A kill may have come between making one and looking whether it is direct; one that goes is nobody's to begin with. */
async function attachedTo(file: string, map: DeviceMap | undefined, call: Call): Promise<LoopIdentity> {
  const loops = await loopsOf(file, call);
  const usable = loops.filter((loop) => !loop.isReadonly && loop.isDirect && !loop.isGoing);
  const used = usable.find(({ path }) => path === map?.below) ?? usable[0];
  for (const loop of loops) if (loop !== used && loop.path !== map?.below) await letGo(loop, call);
  return used ?? attachDirect(file, { readonly: false }, call);
}

/** While a map has it, its path is no other's: to be asked before the map goes. */
async function heldBy(map: DeviceMap | undefined): Promise<LoopIdentity | undefined> {
  const path = map?.below;
  return path?.startsWith('/dev/loop') === true ? identityOf(path) : undefined;
}

async function letGo(loop: LoopIdentity | undefined, call: Call): Promise<void> {
  if (loop === undefined || (await detach(loop, call))) return;
  throw new Fault('unreachable', `${loop.path} stays attached; something has it open`);
}

/** Throws `busy` when the path is another's by now, or it goes. */
async function requireAttached(file: string, loop: LoopIdentity, call: Call): Promise<void> {
  const now = await loopAt({ device: loop.path, file }, call);
  if (now?.sequence === loop.sequence && !now.isGoing) return;
  throw new Fault('busy', `${loop.path} is not made of ${file} any more; retry`);
}

/** A device without its content has no bytes, and LIO would export those. */
async function requireSize(file: string, bytes: bigint, { signal }: Call): Promise<void> {
  const asked = await run('stat', ['--cached=never', '--format=%s', '--', file], {
    signal,
    timeoutMs: ASK_MS,
  });
  if (asked.exitCode !== 0)
    throw new Fault('unreachable', `the size of ${file} cannot be asked: ${toErrorText(asked.stderr)}`);
  const size = BigInt(asked.stdout.trim());
  if (bytes > 0n && bytes === size) return;
  throw new Fault('unreachable', `the device of ${file} has ${bytes} bytes, and the file ${size}`);
}
