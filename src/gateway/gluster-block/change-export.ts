import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { IscsiVolumeInfoWire } from '../../glusterd2/iscsi-wire.ts';
import { getHosting } from '../block/hosting.ts';
import type { NamedBlockVolume } from '../block/locate.ts';
import { makeRoom, requirePromised } from '../block/make-room.ts';
import { requireRoom } from '../block/room.ts';
import { getRecord } from '../volume-record.ts';
import { roundSize } from './check-arguments.ts';
import { exportKey, type GlusterBlockDeps } from './deps.ts';
import type { ExportFiles, HostedExport } from './export-files.ts';
import { toExportInfo } from './export-info.ts';
import { commonSize, exporting } from './export-meta.ts';
import { readExported } from './exports-record.ts';
import { type FoundExport, findExport, requireWhole } from './find-export.ts';

/**
 * Grows it on all its servers, and before it, when it lacks room, a hosting volume that was made for a request. At least
 * as large there already is success. Throws `exhausted` when a hosting volume that somebody made, or a device, has not
 * so much left, `uncertain` naming servers that still have the old size.
 */
export async function expandExport(
  deps: GlusterBlockDeps,
  { size: asked, ...named }: NamedBlockVolume & { readonly size: bigint },
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  await deps.command.requireInstalled();
  using _lock = deps.locks.acquire(exportKey(named.name));
  const { hosting, found } = await findExport(deps, named, call);
  const size = roundSize(asked);
  const { name } = named;
  if (commonSize(requireWhole(found)) >= size) return toExportInfo(hosting, found);
  await deps.mounts.use(
    hosting.name,
    (files) =>
      deps.rooms.run(hosting.name, call.signal, () =>
        expandOn(deps, { host: hosting.name, files, found, size }, call),
      ),
    call,
  );
  const after = await findExport(deps, { name, hostingvolume: hosting.name }, call);
  if (commonSize(requireWhole(after.found)) >= size) return toExportInfo(after.hosting, after.found);
  throw new Fault('uncertain', `block volume ${name} is not ${size} bytes on all its servers; retry`);
}

interface Expanding {
  readonly host: string;
  readonly files: ExportFiles;
  readonly found: HostedExport;
  readonly size: bigint;
}

async function expandOn(
  deps: GlusterBlockDeps,
  { host, files, found: { name, size: had, declaration }, size }: Expanding,
  call: Call,
): Promise<void> {
  const look = async () => ({ hosting: await getHosting(deps, host, call), ...(await files.list(call)) });
  await makeRoom(deps, await look(), size - had, call);
  // Making room takes seconds, in which another gateway may have used it.
  const here = await look();
  const grown = here.disks.map((one) => (one.name === name ? { ...one, size } : one));
  await requireRoom({ ...here, disks: grown }, files, call);
  const undo = async (error: unknown) => {
    const isUndone = isFault(error) && !isFault(error, 'uncertain', 'timed-out', 'cancelled');
    if (declaration !== undefined && isUndone) await files.redeclare(name, declaration, call);
    throw error;
  };
  if (declaration !== undefined) {
    // Before it is so, that nobody else takes the room; of two gateways that did so at once the later look sees both.
    await files.redeclare(name, { ...declaration, size }, call);
    await requirePromised(deps, here.hosting, files, call).catch(undo);
  }
  await deps.command.resize({ hosting: host, name, size }, call).catch(undo);
}

/**
 * Switches CHAP on or off; on again tells the credentials again. While a node has it that would shut it out at its
 * next login: `wrong-state`.
 */
export async function setExportAuth(
  deps: GlusterBlockDeps,
  { isEnabled, ...named }: NamedBlockVolume & { readonly isEnabled: boolean },
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  await deps.command.requireInstalled();
  using _lock = deps.locks.acquire(exportKey(named.name));
  const { hosting, found } = await findExport(deps, named, call);
  const meta = requireWhole(found);
  if (meta.hasAuth !== isEnabled) requireNobody({ hosting, found }, 'its authentication is changed');
  const name = { hosting: hosting.name, name: named.name };
  const credentials = await deps.command.setAuth({ ...name, isEnabled }, call);
  if (found.declaration !== undefined && found.declaration.hasAuth !== isEnabled) {
    const declaration = { ...found.declaration, hasAuth: isEnabled };
    await deps.mounts.use(hosting.name, (files) => files.redeclare(named.name, declaration, call), call);
  }
  return { ...toExportInfo(hosting, found), ...credentials };
}

/**
 * Moves one of its targets to another server, which both have to be up for: what is left on `from` would still be a
 * way to the file. Done already is success. Throws `wrong-state` while a node has it by `from` alone.
 */
export async function replaceExport(
  deps: GlusterBlockDeps,
  { from, to, ...named }: NamedBlockVolume & { readonly from: string; readonly to: string },
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  await deps.command.requireInstalled();
  using _lock = deps.locks.acquire(exportKey(named.name));
  const { hosting, found } = await findExport(deps, named, call);
  const hosts = exporting(requireWhole(found)).map(({ address }) => address);
  if (!hosts.includes(from) && hosts.includes(to)) return toExportInfo(hosting, found);
  if (!hosts.includes(from))
    throw new Fault('not-found', `block volume ${named.name} is not exported by ${from}`);
  if (hosts.includes(to))
    throw new Fault('conflict', `block volume ${named.name} is exported by ${to} already`);
  if (hosts.length === 1) requireNobody({ hosting, found }, 'its only target is moved');
  await deps.command.replace({ hosting: hosting.name, name: named.name, from, to }, call);
  const after = await findExport(deps, { name: named.name, hostingvolume: hosting.name }, call);
  requireWhole(after.found);
  return toExportInfo(after.hosting, after.found);
}

function requireNobody({ hosting, found }: FoundExport, why: string): void {
  const nodes = (readExported(getRecord(hosting)).get(found.name) ?? []).map(({ node }) => node);
  if (nodes.length === 0) return;
  throw new Fault(
    'wrong-state',
    `block volume ${found.name} is published to ${nodes.join(', ')}; unpublish it before ${why}`,
  );
}
