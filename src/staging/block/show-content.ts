import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { findMount } from '../find-mount.ts';
import type { Mount } from '../host.ts';
import { differenceOf } from '../same-mount.ts';
import type { DeviceHost, FsType } from './block-host.ts';
import type { BlockAccess } from './block-volume.ts';
import type { ContentMount } from './content-mount.ts';

export interface Shown {
  readonly device: string;
  /** Where pods' binds are made from. */
  readonly place: string;
  readonly access: BlockAccess;
  readonly isReadonly: boolean;
}

export interface Show extends Shown {
  /** Sees to it that the device has a file system that can be mounted. */
  prepare(fsType: FsType): Promise<void>;
  /** Whether the mount is of the device. */
  isOfDevice(mount: Mount): boolean;
}

/** Mounts the file system of a device below the staging path, or shows the device itself there. */
export async function showContent(host: DeviceHost, show: Show, call: Call): Promise<void> {
  const { device, place, access, isReadonly } = show;
  checkpoint(call);
  if (access.kind === 'block') {
    await host.makeFile(place, call);
    await host.bind(device, place, { readonly: false }, call);
  } else {
    const { fsType } = access;
    await show.prepare(fsType);
    checkpoint(call);
    await host.makeDirectory(place, call);
    const options = access.options.filter((one) => one !== 'ro' && one !== 'rw');
    const isReader = isReadonly || access.options.includes('ro');
    const mount = { device, fsType, target: place, options: isReader ? [...options, 'ro'] : options };
    await host.mountDevice(mount, call);
  }
  const shown = findMount(await host.mounts(), place);
  if (shown !== undefined && show.isOfDevice(shown)) return;
  throw new Fault(
    'unreachable',
    `${place} does not show ${device} after mounting it; is it a symbolic link?`,
  );
}

/** In which way what is shown differs from what is asked for; undefined when it does not. */
export function describeDifference(
  content: ContentMount,
  { place, access, isReadonly }: Omit<Shown, 'device'>,
): string | undefined {
  if (content.target !== place) return content.fileSystem === undefined ? 'as a device' : 'as a file system';
  if (access.kind === 'block') return undefined;
  if (content.fileSystem !== access.fsType) return `it has file system ${content.fileSystem}`;
  return differenceOf(content, isReadonly ? [...access.options, 'ro'] : access.options);
}

/** False when its file system gives errors for good. Throws `timed-out` while it does not answer. */
export async function isServing(host: DeviceHost, content: ContentMount, call: Call): Promise<boolean> {
  if (content.fileSystem === undefined) return true;
  const state = await host.probeFileSystem(content.target, call);
  if (state !== 'hung') return state === 'live';
  throw new Fault(
    'timed-out',
    `the file system at ${content.target} does not answer; are its servers overloaded?`,
  );
}
