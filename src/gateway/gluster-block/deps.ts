import type { HostingDeps, HostingParts } from '../block/deps.ts';
import type { HostingMounts } from '../block/hosting-mounts.ts';
import type { ExportFiles, HostedExport } from './export-files.ts';
import type { GlusterBlock } from './gluster-block.ts';

/** What block volumes of provider gluster-block need of this server. */
export interface GlusterBlockParts extends HostingParts<ExportFiles> {
  readonly command: GlusterBlock;
}

/** What the verbs on them work with. */
export interface GlusterBlockDeps extends HostingDeps<HostedExport> {
  readonly mounts: HostingMounts<ExportFiles>;
  readonly command: GlusterBlock;
}

/** The lock key of a block volume of this provider. */
export function exportKey(name: string): string {
  return `gluster-block volume ${name}`;
}
