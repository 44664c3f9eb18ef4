import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { DISK_FILE } from '../../glusterd2/block-wire.ts';
import { toErrorText } from '../../host/child-error.ts';
import { type DeviceMap, findMap, makeMap, removeMap, switchMap } from '../../host/device-map.ts';
import { attachDirect, detach, growLoop, loopsOf } from '../../host/loop-devices.ts';
import { run } from '../../host/run.ts';

const ASK_MS = 10_000;

/** The map of an export: a name that LIO can keep while what is beneath changes, and that is there only with it. */
export const MAP_PREFIX = 'gluster-csi-';

/**
 * Has the map give the file below this mount: made, put in the place of a dead client's, or left. Resolves with its
 * path. Throws `unreachable`, also for a device that has not the size of its file.
 */
export async function mapDisk(key: string, mount: string, call: Call): Promise<string> {
  const file = `${mount}/${DISK_FILE}`;
  const name = `${MAP_PREFIX}${key}`;
  const loop = (await loopsOf(file, call))[0]?.path ?? (await attachDirect(file, { readonly: false }, call));
  const bytes = await growLoop({ device: loop, file }, call);
  await requireSize(file, bytes, call);
  const map = await findMap(name);
  checkpoint(call);
  if (map === undefined) await makeMap(name, loop, bytes, call);
  else if (map.below !== loop || map.bytes !== bytes) {
    await switchMap(name, loop, bytes, call);
    if (map.below !== loop) await letGo(map, call);
  }
  const made = await findMap(name);
  if (made?.below === loop && made.bytes === bytes) return made.path;
  throw new Fault('unreachable', `${name} is not the whole of ${loop}; look at dmsetup table`);
}

/** The loop devices too, of every mount given. Absent is success. */
export async function unmapDisk(key: string, mounts: readonly string[], call: Call): Promise<void> {
  const name = `${MAP_PREFIX}${key}`;
  const map = await findMap(name);
  await removeMap(name, call);
  if (map !== undefined) await letGo(map, call);
  for (const mount of mounts) await letLoopsGo(mount, call);
}

/** What is attached below this mount. Throws `unreachable` while something has it open. */
export async function letLoopsGo(mount: string, call: Call): Promise<void> {
  for (const { path } of await loopsOf(`${mount}/${DISK_FILE}`, call)) await detachWhole(path, call);
}

async function letGo({ below }: DeviceMap, call: Call): Promise<void> {
  if (below?.startsWith('/dev/loop') === true) await detachWhole(below, call);
}

async function detachWhole(device: string, call: Call): Promise<void> {
  if (await detach(device, call)) return;
  throw new Fault('unreachable', `${device} stays attached; something has it open`);
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
