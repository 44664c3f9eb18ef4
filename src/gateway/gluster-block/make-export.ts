import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { missing } from '../block/locate.ts';
import { type Declaration, settled } from './declaration.ts';
import type { GlusterBlockDeps } from './deps.ts';
import type { ExportFiles, HostedExport } from './export-files.ts';
import { describeHosts, type ExportMeta, isWhole } from './export-meta.ts';

export interface Making {
  readonly hosting: string;
  readonly name: string;
  readonly files: ExportFiles;
}

/**
 * Has gluster-block make what was declared, of a new file or of the one that is named, and looks whether it is so. What
 * is whole stays as it is; what an earlier try left half made, and nobody works on, is taken down first. Throws
 * `busy` while another one may be at it, `wrong-state` for what lost a server since, and what `GlusterBlock.create`
 * throws.
 */
export async function makeExport(
  deps: GlusterBlockDeps,
  { hosting, name, files }: Making,
  call: Call,
): Promise<HostedExport> {
  const { declaration, meta } = await get(files, name, call);
  if (declaration === undefined) throw missing(name);
  const { hosts, hasAuth } = declaration;
  const adopted = adoptedBy(declaration);
  if (meta !== undefined && !isWhole(meta))
    await takeDown(deps, { hosting, name, files, meta, adopted }, call);
  const isNew = meta === undefined || !isWhole(meta);
  if (isNew) {
    const content = adopted === undefined ? { size: declaration.size } : { storage: adopted };
    await deps.command.create({ hosting, name, hosts, hasAuth, content }, call);
  }
  return settle(deps, { hosting, name, files, adopted, isNew }, call);
}

/** A file of the hosting volume that it is, or is to be, made of. */
function adoptedBy({ content, storage, made }: Declaration): string | undefined {
  return content ?? storage ?? made;
}

interface Made extends Making {
  readonly adopted: string | undefined;
  readonly isNew: boolean;
}

/** Looks at what was made, and takes the former name away from a file that was adopted: another adoption needs it to have one. */
async function settle(
  deps: GlusterBlockDeps,
  { hosting, name, files, adopted, isNew }: Made,
  call: Call,
): Promise<HostedExport> {
  const made = await files.find(name, call);
  const { declaration, meta } = made ?? {};
  if (meta === undefined)
    throw new Fault('uncertain', `block volume ${name} is not there after its create; retry`);
  if (made === undefined || declaration === undefined) {
    // By a request that came before gluster-block had it.
    await deps.command.delete({ hosting, name }, call);
    throw new Fault('busy', `block volume ${name} was deleted while it was made; retry`);
  }
  if (!isWhole(meta))
    throw new Fault('uncertain', `block volume ${name} is half made: ${describeHosts(meta)}; retry`);
  if (adopted === undefined && isNew && meta.size !== declaration.size)
    throw new Fault(
      'uncertain',
      `block volume ${name} was made with ${meta.size} bytes, not ${declaration.size}`,
    );
  if (adopted !== undefined && adopted !== meta.gbid) await files.dropName(adopted, meta.gbid, call);
  const done = settled(declaration, meta.gbid);
  if (!isDeepStrictEqual(done, declaration)) await files.redeclare(name, done, call);
  return { ...made, declaration: done };
}

interface HalfMade extends Making {
  readonly meta: ExportMeta;
  readonly adopted: string | undefined;
}

/** It was never whole, so nobody has written to it. A file that it was to adopt keeps its own name. */
async function takeDown(
  deps: GlusterBlockDeps,
  { hosting, name, files, meta, adopted }: HalfMade,
  call: Call,
): Promise<void> {
  const state = `block volume ${name} is to be exported by ${meta.ha} servers, and there is ${describeHosts(meta)}`;
  if (meta.wasWhole)
    throw new Fault(
      'wrong-state',
      `${state}; bring gluster-blockd up there and see what gluster-block info says`,
    );
  if (!(await files.isQuiet(name, call))) throw new Fault('busy', `${state}: gluster-block is at it; retry`);
  await deps.command.delete({ hosting, name }, call);
  if (adopted === undefined) await files.removeStorage(meta.gbid, call);
  else if (adopted !== meta.gbid) await files.dropName(meta.gbid, adopted, call);
}

async function get(files: ExportFiles, name: string, call: Call): Promise<HostedExport> {
  const found = await files.find(name, call);
  if (found === undefined) throw missing(name);
  return found;
}
