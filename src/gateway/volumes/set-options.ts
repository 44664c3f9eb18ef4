import type { Call } from '../../control/call.ts';
import { invalid } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { isOpenOption, parseOptionName, parseOptions } from '../volume-options.ts';
import { afterMutation } from './after-mutation.ts';
import { type VolumeDeps, volumeKey } from './deps.ts';
import { getVolume } from './get-volume.ts';

/** Sets options in one command. Throws `not-found`, `invalid` (not open, or gluster's reason), `busy`. */
export async function setOptions(
  deps: VolumeDeps,
  name: string,
  options: Readonly<Record<string, string>>,
  call: Call,
): Promise<GlusterVolume> {
  const parsed = parseOptions(options);
  if (Object.keys(parsed).length === 0) throw invalid('options', 'none is given');
  using _lock = deps.locks.acquire(volumeKey(name));
  await deps.gluster.set(name, parsed, call);
  return getVolume(deps.gluster, name, call);
}

/**
 * Puts options back to their defaults, one command each. `all` means those that requests may set: gluster's own
 * "reset all" would wipe the volume's record. Throws `not-found`, `invalid`, `busy`.
 */
export async function resetOptions(
  deps: VolumeDeps,
  name: string,
  asked: { readonly options: readonly string[]; readonly all: boolean },
  call: Call,
): Promise<GlusterVolume> {
  const named = asked.options.map(parseOptionName);
  if (named.length === 0 && !asked.all) throw invalid('options', 'none is given; name some, or say all');
  using _lock = deps.locks.acquire(volumeKey(name));
  const volume = await getVolume(deps.gluster, name, call);
  const set = Object.keys(volume.options).filter(isOpenOption);
  const unset = named.find((option) => !set.includes(option));
  if (unset !== undefined && !asked.all) throw invalid('options', `${unset} is not set on volume ${name}`);
  for (const [index, option] of (asked.all ? set : named).entries()) {
    await deps.gluster.reset(name, option, call).catch((error: unknown) => {
      throw index === 0 ? error : afterMutation(error, `reset of options of volume ${name}`);
    });
  }
  return getVolume(deps.gluster, name, call);
}
