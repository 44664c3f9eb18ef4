import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { getHosting } from '../block/hosting.ts';
import type { NamedBlockVolume } from '../block/locate.ts';
import { findToDelete } from '../block/prune-empty.ts';
import { pruneHosting } from '../block/prune-hosting.ts';
import { isEmpty } from '../block/room.ts';
import { getRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import type { Declaration } from './declaration.ts';
import { exportKey, type GlusterBlockDeps } from './deps.ts';
import type { ExportFiles, HostedExport } from './export-files.ts';
import { readExported } from './exports-record.ts';
import { findExport } from './find-export.ts';

export interface Removal extends NamedBlockVolume {
  readonly prune: boolean;
  /** Leaves the backing file, of which another block volume can be made. */
  readonly keepStorage: boolean;
}

/**
 * Deletes the block volume; resolves with the name of the backing file when that is kept. gluster-block would delete
 * it under a node that is logged in, so nobody may have it by the record. Throws `not-found`, `wrong-state` naming
 * the nodes, `uncertain` naming the servers that did not take it down.
 */
export async function deleteExport(
  deps: GlusterBlockDeps,
  { prune, keepStorage, ...named }: Removal,
  call: Call,
): Promise<string | undefined> {
  await deps.command.requireInstalled();
  using _lock = deps.locks.acquire(exportKey(named.name));
  const { hostingvolume } = named;
  const find = () => findExport(deps, named, call);
  const { hosting, found } = await findToDelete(deps, { hostingvolume, prune }, find, call);
  requireUnpublished(getRecord(hosting), named.name);
  const { kept, isLast } = await deps.mounts.use(
    hosting.name,
    async (files) => ({
      kept: await remove(deps, { hosting: hosting.name, files, found, keepStorage }, call),
      isLast: isEmpty(await files.list(call)),
    }),
    call,
  );
  if (prune && isLast) await pruneHosting(deps, hosting.name, call);
  return kept;
}

interface Removing {
  readonly hosting: string;
  readonly files: ExportFiles;
  readonly found: HostedExport;
  readonly keepStorage: boolean;
}

async function remove(
  deps: GlusterBlockDeps,
  { hosting, files, found, keepStorage }: Removing,
  call: Call,
): Promise<string | undefined> {
  const { name, size, meta } = found;
  const before: Declaration = found.declaration ?? { metadata: {}, size, hosts: [], hasAuth: false };
  // Of a file that it was to be made of, and never was whole by, only the second name is its own.
  const adopted = before.storage;
  const content = before.content ?? adopted ?? meta?.gbid ?? before.made;
  const deleting = keepStorage ? 'keep' : 'all';
  await files.redeclare(name, { ...before, ...(content === undefined ? {} : { content }), deleting }, call);
  try {
    requireUnpublished(getRecord(await getHosting(deps, hosting, call)), name);
  } catch (error) {
    await (found.declaration === undefined ? files.forget(name, call) : files.redeclare(name, before, call));
    throw error;
  }
  try {
    if (meta !== undefined) await deps.command.delete({ hosting, name }, call);
    if (meta !== undefined && content !== undefined && content !== meta.gbid)
      await files.dropName(meta.gbid, content, call);
    if (!keepStorage && content !== undefined && content !== adopted)
      await files.removeStorage(content, call);
    await files.forget(name, call);
  } catch (error) {
    throw afterMutation(error, `deletion of block volume ${name}`);
  }
  return keepStorage ? content : undefined;
}

function requireUnpublished(record: Parameters<typeof readExported>[0], name: string): void {
  const nodes = (readExported(record).get(name) ?? []).map(({ node }) => node);
  if (nodes.length === 0) return;
  throw new Fault(
    'wrong-state',
    `block volume ${name} is published to ${nodes.join(', ')}; unpublish it first`,
  );
}
