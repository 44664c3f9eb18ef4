import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { lookEverywhere, missing, type NamedBlockVolume } from '../block/locate.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { GlusterBlockDeps } from './deps.ts';
import type { HostedExport } from './export-files.ts';
import { describeHosts, type ExportMeta, isWhole } from './export-meta.ts';

export interface FoundExport {
  readonly hosting: GlusterVolume;
  readonly found: HostedExport;
}

/** Throws `not-found`, `unreachable` while a hosting volume that may have it does not answer. */
export async function findExport(
  deps: GlusterBlockDeps,
  { name, hostingvolume }: NamedBlockVolume,
  call: Call,
): Promise<FoundExport> {
  const { found: all, silent } = await lookEverywhere(deps, { only: hostingvolume }, call);
  for (const { hosting, disks } of all) {
    const found = disks.find((one) => one.name === name);
    if (found !== undefined) return { hosting, found };
  }
  throw silent ?? missing(name);
}

/** What gluster-block has of it. Throws `wrong-state` saying what is under way, or which server does not export it. */
export function requireWhole({ name, meta, declaration }: HostedExport): ExportMeta {
  if (declaration?.deleting !== undefined)
    throw new Fault('wrong-state', `block volume ${name} is being deleted; delete it again`);
  if (declaration?.content !== undefined)
    throw new Fault('wrong-state', `block volume ${name} is being taken from a node; unpublish it again`);
  if (meta === undefined)
    throw new Fault('wrong-state', `block volume ${name} has no target; the same create again makes one`);
  if (isWhole(meta)) return meta;
  throw new Fault(
    'wrong-state',
    `block volume ${name} is to be exported by ${meta.ha} servers, and there is ${describeHosts(meta)}; bring gluster-blockd up there and see what gluster-block info says`,
  );
}
