import type { InlineContext } from '../../staging/publish-inline.ts';

/** What the node's methods work with. */
export interface NodeContext extends InlineContext {
  readonly nodeId: string;
}

/** Staging and unstaging of a volume exclude each other; so do those of two volumes at one path. */
export function stagingKeys(volumeId: string, stagingPath: string): readonly string[] {
  return [`volume/${volumeId}`, targetKey(stagingPath)];
}

/** Whatever is done at a path: one request at a time. */
export function targetKey(path: string): string {
  return `target/${path}`;
}
