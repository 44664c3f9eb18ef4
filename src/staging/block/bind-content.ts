import { type Call, checkpoint, detached } from '../../control/call.ts';
import { Fault, invalid } from '../../control/fault.ts';
import { findMount } from '../find-mount.ts';
import type { Mount } from '../host.ts';
import type { DeviceHost } from './block-host.ts';
import type { BlockAccess } from './block-volume.ts';
import { type ContentMount, isSameContent, otherUses } from './content-mount.ts';
import { unpublishBlock } from './unpublish-block.ts';

const UNDO_MS = 30_000;

/** A kind of device, as binds of it are known. */
export interface Binder {
  readonly host: DeviceHost;
  /** Undefined for a mount that is none of this kind's. */
  toContent(mount: Mount): ContentMount | undefined;
  /** True for a bind of a device that is gone, or whose file system gives errors for good. */
  hasFailed(mount: ContentMount, call: Call): Promise<boolean>;
}

export interface Publication {
  /** The volume's id, for texts. */
  readonly id: string;
  readonly target: string;
  readonly access: BlockAccess;
  /** At this target nobody writes. */
  readonly readonly: boolean;
  /** SINGLE_NODE_SINGLE_WRITER: at no other target of this node. */
  readonly singleWriter: boolean;
}

interface Bind {
  readonly publication: Publication;
  /** What is staged. */
  readonly content: ContentMount;
}

/** Throws `invalid` for a raw device that is to be read-only at one of several targets: its node can be written. */
export function requireBindable(
  { access, readonly }: Pick<Publication, 'access' | 'readonly'>,
  isReadonly: boolean,
): void {
  if (access.kind === 'mount' || !readonly || isReadonly) return;
  throw invalid(
    'readonly',
    'a raw block volume is read-only on all of a node or not at all; make the PersistentVolume readOnly',
  );
}

/**
 * Binds the staged content at the target. There already is success; a bind whose device died is replaced. Throws
 * `conflict` when the target is something else, `wrong-state` for a second target of what may have one. A failure
 * leaves nothing at the target, or is `uncertain`.
 */
export async function bindContent(binder: Binder, bind: Bind, call: Call): Promise<void> {
  const { host } = binder;
  const { publication, content } = bind;
  const { target, access, readonly } = publication;
  if (await isPublished(binder, bind, call)) return;
  if (publication.singleWriter) requireSoleTarget(await host.mounts(), bind);
  checkpoint(call);
  try {
    if (access.kind === 'mount') await host.makeDirectory(target, call);
    else await host.makeFile(target, call);
    await host.bind(content.target, target, { readonly: access.kind === 'mount' && readonly }, call);
    const bound = findMount(await host.mounts(), target);
    if (bound !== undefined && isSameContent(bound, content)) return;
    throw new Fault(
      'unreachable',
      `${target} does not show the volume after binding it; is it a symbolic link?`,
    );
  } catch (error) {
    await undo(binder, { target, cause: error }, call);
    throw error;
  }
}

async function isPublished(binder: Binder, bind: Bind, call: Call): Promise<boolean> {
  const { publication, content } = bind;
  const { id, target, access, readonly } = publication;
  const top = findMount(await binder.host.mounts(), target);
  if (top === undefined) return false;
  if (isSameContent(top, content)) {
    const mustBeReadonly = readonly || content.options.includes('ro');
    if (access.kind === 'block' || top.options.includes('ro') === mustBeReadonly) return true;
    const how = mustBeReadonly ? 'writable' : 'read-only';
    throw new Fault('conflict', `volume ${id} is published ${how} at ${target}; unpublish it first`);
  }
  const former = binder.toContent(top);
  if (former === undefined || !(await binder.hasFailed(former, call))) {
    throw new Fault('conflict', `${target} carries ${top.source} (${top.fsType}); unmount that first`);
  }
  await binder.host.unmount(target, call);
  return isPublished(binder, bind, call);
}

function requireSoleTarget(mounts: readonly Mount[], { publication, content }: Bind): void {
  const { id, target } = publication;
  const [other] = otherUses(mounts, content, [content.target, target]);
  if (other === undefined) return;
  throw new Fault(
    'wrong-state',
    `volume ${id} allows a single writer and is published at ${other.target}; unpublish it there first`,
  );
}

async function undo(
  binder: Binder,
  { target, cause }: { readonly target: string; readonly cause: unknown },
  call: Call,
): Promise<void> {
  try {
    await unpublishBlock(binder, target, detached(call, UNDO_MS));
  } catch {
    throw new Fault('uncertain', `publishing at ${target} failed, and so did undoing it; retry`, { cause });
  }
}
