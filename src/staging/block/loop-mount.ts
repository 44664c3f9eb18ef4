import type { Mount } from '../host.ts';
import { type ContentMount, toContentMount } from './content-mount.ts';

const FORM = { source: /^\/dev\/loop\d+$/, node: /^\/loop\d+$/ };

/** A loop device's file system, or its node, that is mounted. */
export interface LoopMount extends ContentMount {
  /** `/dev/loop5` */
  readonly loop: string;
}

/** Undefined for a mount of anything else. */
export function toLoopMount(mount: Mount): LoopMount | undefined {
  const content = toContentMount(mount, FORM);
  if (content === undefined) return undefined;
  return { ...content, loop: content.fileSystem === undefined ? `/dev${mount.root}` : mount.source };
}
