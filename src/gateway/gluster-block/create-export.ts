import { isDeepStrictEqual } from 'node:util';
import { type Call, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { IscsiVolumeInfoWire } from '../../glusterd2/iscsi-wire.ts';
import { chooseHosting } from '../block/choose-hosting.ts';
import { closeHosting } from '../block/close-hosting.ts';
import { getHosting } from '../block/hosting.ts';
import { type Hosted, lookEverywhere } from '../block/locate.ts';
import { type HostingPlan, makeHosting } from '../block/make-hosting.ts';
import { pruneHosting } from '../block/prune-hosting.ts';
import { isOpenForBlocks } from '../block/publications.ts';
import { requireAddressAccess } from '../block/require-address-access.ts';
import { isEmpty, requireRoom } from '../block/room.ts';
import { getRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { chooseHosts } from './choose-hosts.ts';
import type { Declaration } from './declaration.ts';
import { exportKey, type GlusterBlockDeps } from './deps.ts';
import type { ExportFiles, HostedExport } from './export-files.ts';
import { toExportInfo } from './export-info.ts';
import { commonSize } from './export-meta.ts';
import { makeExport } from './make-export.ts';

export interface WantedExport {
  readonly name: string;
  /** Whole sectors; undefined: that of `storage`. */
  readonly size: bigint | undefined;
  readonly storage: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly hostingvolume: string | undefined;
  readonly plan: HostingPlan;
  readonly hacount: number;
  readonly hosts: readonly string[] | undefined;
  readonly hasAuth: boolean;
}

type Known = Hosted<HostedExport>;
const UNDO_MS = 30_000;

/**
 * Makes a block volume, of a new file or of one that a hosting volume has, on a hosting volume with room. The same
 * request again goes on where it was interrupted. Throws `unsupported` without the command, `conflict`, `exhausted`,
 * `not-found` (the storage), `unreachable`, `busy`, and `uncertain` naming the servers with something left.
 */
export async function createExport(
  deps: GlusterBlockDeps,
  wanted: WantedExport,
  call: Call,
): Promise<{ readonly info: IscsiVolumeInfoWire; readonly isNew: boolean }> {
  requireAddressAccess(deps);
  await deps.command.requireInstalled();
  using _lock = deps.locks.acquire(exportKey(wanted.name));
  const { found: all, silent } = await lookEverywhere(deps, {}, call);
  for (const one of all) {
    if (isEmpty(one) && !isOpenForBlocks(getRecord(one.hosting)))
      await pruneHosting(deps, one.hosting.name, call);
  }
  const existing = all.find(({ disks }) => disks.some(({ name }) => name === wanted.name));
  if (existing !== undefined) return { info: await finish(deps, existing, wanted, call), isNew: false };
  if (silent !== undefined && wanted.hostingvolume === undefined) throw silent;
  const hosts = wanted.hosts ?? (await chooseHosts(deps, { hacount: wanted.hacount, all }, call));
  // The file of one that is made of what is there is counted already.
  const wish = { ...wanted, size: wanted.size ?? 0n };
  const hosted = (await chooseHosting(deps, all, wish, call)) ?? {
    hosting: await makeHosting(deps, wish, call),
    disks: [],
    snapshots: [],
  };
  await closeHosting(deps, hosted.hosting, call);
  const info = await deps.mounts.use(
    hosted.hosting.name,
    (files) => make(deps, { hosted, files, wanted, hosts }, call),
    call,
  );
  return { info, isNew: true };
}

interface Making {
  readonly hosted: Known;
  readonly files: ExportFiles;
  readonly wanted: WantedExport;
  readonly hosts: readonly string[];
}

async function make(deps: GlusterBlockDeps, making: Making, call: Call): Promise<IscsiVolumeInfoWire> {
  const { hosted, files, wanted } = making;
  const { name } = wanted;
  const hosting = hosted.hosting.name;
  const declaration = await toDeclaration(making, call);
  await files.declare(name, declaration, call).catch((error: unknown) => {
    throw isFault(error, 'conflict') ? another(name, error) : error;
  });
  try {
    await requireFree(deps, making, call);
    const made = await makeExport(deps, { hosting, name, files }, call);
    return await reply(deps, hosted, { made, wanted }, call);
  } catch (error) {
    throw await undo({ files, name }, error, detached(call, UNDO_MS));
  }
}

/** Takes the declaration back when gluster-block has nothing of it; else the retry goes on with what there is. */
async function undo(
  { files, name }: Pick<Making, 'files'> & { readonly name: string },
  error: unknown,
  call: Call,
): Promise<unknown> {
  const isKnown = isFault(error) && !isFault(error, 'uncertain', 'timed-out', 'cancelled');
  try {
    const found = await files.find(name, call);
    if (found?.meta !== undefined)
      return isFault(error, 'conflict') ? another(name, error) : afterMutation(error, `block volume ${name}`);
    // Of a file that is there already, the declaration says whose it is.
    const { content, made } = found?.declaration ?? {};
    if (!isKnown || content !== undefined || made !== undefined)
      return afterMutation(error, `block volume ${name}`);
    await files.forget(name, call);
    return error;
  } catch {
    return afterMutation(error, `block volume ${name}`);
  }
}

async function toDeclaration({ files, wanted, hosts }: Making, call: Call): Promise<Declaration> {
  const { metadata, size, storage, hasAuth } = wanted;
  if (size !== undefined) return { metadata, size, hosts, hasAuth };
  const found = storage === undefined ? undefined : await files.storageSize(storage, call);
  if (storage === undefined || found === undefined)
    throw new Fault('not-found', `there is no ${storage} in /block-store of the hosting volume`);
  const owner = (await files.list(call)).disks.find(({ meta }) => meta?.gbid === storage);
  if (owner !== undefined)
    throw new Fault('wrong-state', `${storage} is the content of block volume ${owner.name}`);
  return { metadata, size: found, hosts, hasAuth, storage };
}

/** Two gateways may have declared the same at once, on two hosting volumes or for the last room. The later look sees both. */
async function requireFree(
  deps: GlusterBlockDeps,
  { hosted: { hosting }, files, wanted: { name } }: Making,
  call: Call,
): Promise<void> {
  const { found } = await lookEverywhere(deps, { except: hosting.name }, call);
  if (found.some(({ disks }) => disks.some((disk) => disk.name === name))) throw another(name);
  if (!isOpenForBlocks(getRecord(await getHosting(deps, hosting.name, call))))
    throw new Fault('busy', `hosting volume ${hosting.name} is being deleted; retry`);
  await requireRoom({ hosting, ...(await files.list(call)) }, files, call).catch((error: unknown) => {
    if (!isFault(error, 'exhausted')) throw error;
    throw new Fault('busy', `another gateway has used the room on ${hosting.name}; retry`, { cause: error });
  });
}

/** The same request again. Throws `conflict`. */
async function finish(
  deps: GlusterBlockDeps,
  hosted: Known,
  wanted: WantedExport,
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  const { hosting, disks } = hosted;
  const { name } = wanted;
  const found = disks.find((one) => one.name === name);
  if (found === undefined) throw another(name);
  requireSame(hosting.name, found, wanted);
  return deps.mounts.use(
    hosting.name,
    async (files) => {
      if (found.declaration === undefined) return reply(deps, hosted, { made: found, wanted }, call);
      try {
        const made = await makeExport(deps, { hosting: hosting.name, name, files }, call);
        return await reply(deps, hosted, { made, wanted }, call);
      } catch (error) {
        throw await undo({ files, name }, error, detached(call, UNDO_MS));
      }
    },
    call,
  );
}

function requireSame(hosting: string, found: HostedExport, wanted: WantedExport): void {
  const { name, declaration, meta } = found;
  if (declaration?.deleting !== undefined)
    throw new Fault('busy', `block volume ${name} is being deleted; delete it again, then create it`);
  const size = meta?.size === undefined ? found.size : commonSize(meta);
  const differs = (what: string) => new Fault('conflict', `block volume ${name} exists ${what}`);
  if (wanted.size !== undefined && size !== wanted.size)
    throw differs(`with ${size} bytes, not ${wanted.size}`);
  if (!isDeepStrictEqual({ ...declaration?.metadata }, { ...wanted.metadata }))
    throw differs('with other metadata');
  if (wanted.hostingvolume !== undefined && wanted.hostingvolume !== hosting)
    throw differs(`on hosting volume ${hosting}`);
  const hacount = meta?.ha ?? declaration?.hosts.length;
  if (hacount !== wanted.hacount) throw differs(`with hacount ${hacount}`);
  if ((meta?.hasAuth ?? declaration?.hasAuth) !== wanted.hasAuth)
    throw differs(`${wanted.hasAuth ? 'without' : 'with'} auth`);
}

async function reply(
  deps: GlusterBlockDeps,
  { hosting }: Known,
  { made, wanted }: { readonly made: HostedExport; readonly wanted: WantedExport },
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  const info = toExportInfo(hosting, made);
  if (!wanted.hasAuth) return info;
  const { credentials } = await deps.command.info({ hosting: hosting.name, name: wanted.name }, call);
  return { ...info, ...credentials };
}

function another(name: string, cause?: Fault): Fault {
  return new Fault('busy', `another gateway is making block volume ${name}; retry`, { cause });
}
