import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { IscsiPublishRequest, IscsiVolumeInfoWire } from '../../glusterd2/iscsi-wire.ts';
import { changePublications } from '../block/change-publications.ts';
import { createBlockVolume, type WantedBlockVolume } from '../block/create-block-volume.ts';
import { deleteBlockVolume } from '../block/delete-block-volume.ts';
import { expandBlockVolume } from '../block/expand-block-volume.ts';
import { getHosting, hostingVolumes } from '../block/hosting.ts';
import { hostingOf, missing, type NamedBlockVolume } from '../block/locate.ts';
import { getWhole, withdrawAll } from '../block/publish-block-volume.ts';
import { type BlockQuery, listHosted } from '../block/read-block-volumes.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { ExportRef, ExportView } from '../peers/export-server.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { exporterOf, type LioDeps } from './deps.ts';
import { exportKey, iqnOf } from './export-names.ts';
import { parseState, withNode } from './export-state.ts';
import { exporterIn, toPublished } from './exporter.ts';
import type { LioDisk } from './lio-disks.ts';
import { ensureExporter, exporterFor, isLost, moveExport, relocate } from './move-export.ts';

const BLOCK = 4096n;

/** As a block volume of virtblock is made. Throws `invalid` for a size that initiators could not have. */
export async function createLioVolume(
  deps: LioDeps,
  wanted: WantedBlockVolume,
  call: Call,
): Promise<{ readonly info: IscsiVolumeInfoWire; readonly isNew: boolean }> {
  requireBlocks(wanted.size);
  const { info, isNew } = await createBlockVolume(deps, wanted, call);
  return { info: await getLioVolume(deps, info, call), isNew };
}

export async function getLioVolume(
  deps: LioDeps,
  { name, hostingvolume }: NamedBlockVolume,
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  const volume = await hostingOf(deps, { name, hostingvolume }, call);
  const hosting = await getHosting(deps, volume, call);
  const [disk, metadata] = await deps.mounts.use(
    volume,
    (disks) => Promise.all([disks.find(name, call), disks.metadata(name, call)]),
    call,
  );
  if (disk === undefined) throw missing(name);
  return { ...toInfo(hosting, disk), metadata: { ...metadata } };
}

/** See `listHosted`. */
export async function listLioVolumes(
  deps: LioDeps,
  query: BlockQuery,
  call: Call,
): Promise<readonly IscsiVolumeInfoWire[]> {
  return (await listHosted(deps, query, call)).map(({ hosting, disk }) => toInfo(hosting, disk));
}

/**
 * Lets a node's initiator log in; exported first by a server that can. What is asked for again moves nothing: an
 * exporter that glusterd alone has lost may still serve that node. Throws as `withNode` and `readyExporter`. */
export async function publishLioVolume(
  deps: LioDeps,
  { name, hostingvolume }: NamedBlockVolume,
  publication: IscsiPublishRequest,
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  const volume = await hostingOf(deps, { name, hostingvolume }, call);
  const ref = { volume, name };
  const server = await exporterOfWhole(deps, ref, publication, call);
  if (server === undefined) return getLioVolume(deps, { name, hostingvolume: volume }, call);
  const view = await exporterOf(deps, server).allow({ ...ref, publication }, call);
  return withView(await getLioVolume(deps, { name, hostingvolume: volume }, call), view);
}

/**
 * Looks at the block volume before and after: a delete that did not see the exporter in the record has marked it
 * before (see `delete-block-volume.ts`). Undefined when the node has it already, by an exporter that the pool has lost.
 * Throws `not-found`, `busy` while it is made or deleted, and before anything is moved what `withNode` throws.
 */
async function exporterOfWhole(
  deps: LioDeps,
  ref: ExportRef,
  publication: IscsiPublishRequest,
  call: Call,
): Promise<StorageServer | undefined> {
  const { volume, name } = ref;
  return deps.mounts.use(
    volume,
    async (disks) => {
      try {
        const { disk } = await getWhole(disks, name, call);
        if (isLetIn(disk, publication) && (await isLost(deps, ref, call))) return undefined;
        const server = await ensureExporter(deps, ref, call);
        await getWhole(disks, name, call);
        return server;
      } catch (error) {
        // It was deleted meanwhile, or by the time of a retry; its exporter takes down what it has by itself.
        if (isFault(error, 'not-found') && (await disks.find(name, call)) === undefined)
          await withdrawAll(deps, volume, name, call);
        throw error;
      }
    },
    call,
  );
}

function isLetIn({ stateText }: LioDisk, publication: IscsiPublishRequest): boolean {
  if (stateText === undefined) return false;
  const state = parseState(stateText);
  return withNode(state, publication) === state;
}

/**
 * Resolves once no write of the node's (or of any, without one) can come any more: its sessions have ended, or its
 * exporter is cut off. Also when it was not published, or is gone. Throws what the exporter throws.
 */
export async function unpublishLioVolume(
  deps: LioDeps,
  { name, hostingvolume, node }: NamedBlockVolume & { readonly node: string | undefined },
  call: Call,
): Promise<void> {
  const hostings = await (hostingvolume === undefined
    ? hostingVolumes(deps, call)
    : getHosting(deps, hostingvolume, call).then((one) => [one], orNone));
  for (const { name: volume } of hostings) {
    const ref = { volume, name };
    // Without one too: a request that took it away may have died before the bricks went by that.
    const now = await changePublications(deps, volume, (same) => same, call);
    if (exporterIn(now, name) === undefined) continue;
    await forbid(deps, { ...ref, node }, call);
  }
}

/** By the exporter. One that hangs is cut off by the bricks and replaced, unless other nodes would suffer from that. */
async function forbid(
  deps: LioDeps,
  { node, ...ref }: ExportRef & { readonly node: string | undefined },
  call: Call,
): Promise<void> {
  const forbidden = { ...ref, ...(node === undefined ? {} : { node }) };
  const server = await ensureExporter(deps, ref, call);
  try {
    return await exporterOf(deps, server).forbid(forbidden, call);
  } catch (error) {
    if (!isFault(error, 'timed-out', 'unreachable')) throw error;
    const named = { name: ref.name, hostingvolume: ref.volume };
    const others = ((await getLioVolume(deps, named, call)).published ?? []).filter(
      (one) => one.node !== node,
    );
    if (node !== undefined && others.length > 0) throw error;
    const next = await relocate(deps, ref, { to: undefined, from: server.peerId }, call);
    await exporterOf(deps, next).forbid(forbidden, call);
  }
}

/** Grows the file, and then the disk that initiators have; they ask for its size again themselves. */
export async function expandLioVolume(
  deps: LioDeps,
  { size, ...named }: NamedBlockVolume & { readonly size: bigint },
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  requireBlocks(size);
  const { name, hostingvolume } = await expandBlockVolume(deps, { size, ...named }, call);
  const ref = { volume: hostingvolume, name };
  const server = await exporterFor(deps, ref, call);
  if (server !== undefined) {
    await exporterOf(deps, server)
      .grow(ref, call)
      .catch((error: unknown) => {
        throw afterMutation(error, `growth of block volume ${name}`);
      });
  }
  return getLioVolume(deps, { name, hostingvolume }, call);
}

/** Throws `wrong-state` naming the nodes that may log in; else as `deleteBlockVolume`. */
export async function deleteLioVolume(
  deps: LioDeps,
  named: NamedBlockVolume & { readonly prune: boolean },
  call: Call,
): Promise<void> {
  const found = await getLioVolume(deps, named, call).catch((error: unknown) => {
    if (isFault(error, 'not-found')) return undefined;
    throw error;
  });
  const nodes = (found?.published ?? []).map(({ node }) => node);
  if (nodes.length > 0) {
    throw new Fault(
      'wrong-state',
      `block volume ${named.name} is published to ${nodes.join(', ')}; unpublish it first`,
    );
  }
  // An interrupted unpublish leaves an exporter without nodes.
  if (found !== undefined) await unpublishLioVolume(deps, { ...found, node: undefined }, call);
  await deleteBlockVolume(deps, named, call);
}

/** See `moveExport`. */
export async function moveLioVolume(
  deps: LioDeps,
  named: NamedBlockVolume,
  to: string | undefined,
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  const view = await moveExport(deps, named, to, call);
  const info = await getLioVolume(deps, named, call);
  return view === undefined ? info : withView(info, view);
}

function toInfo(hosting: GlusterVolume, { name, size, stateText }: LioDisk): IscsiVolumeInfoWire {
  const state = stateText === undefined ? undefined : parseState(stateText);
  const exporter = exporterIn(hosting, name);
  const portals = exporter === undefined ? [] : (state?.portals ?? []);
  return {
    hostingvolume: hosting.name,
    name,
    size: Number(size),
    hosts: hostsOf(portals),
    portals: [...portals],
    iqn:
      exporter === undefined || state === undefined
        ? ''
        : iqnOf(exportKey(hosting, name, exporter), state.term),
    lun: 0,
    wwn: state?.wwn ?? '',
    published: toPublished(state?.acls ?? []),
  };
}

function withView(
  info: IscsiVolumeInfoWire,
  { portals, iqn, wwn, published }: ExportView,
): IscsiVolumeInfoWire {
  return { ...info, hosts: hostsOf(portals), portals, iqn, wwn, published };
}

/** Each once, without its port and brackets. */
function hostsOf(portals: readonly string[]): string[] {
  const addresses = portals.map((portal) => portal.slice(0, portal.lastIndexOf(':')));
  return [...new Set(addresses.map((address) => address.replace(/^\[|\]$/g, '')))];
}

function requireBlocks(size: bigint): void {
  if (size % BLOCK === 0n) return;
  throw new Fault('invalid', `size: is no multiple of ${BLOCK}, of which a disk of lio is made`);
}

function orNone(error: unknown): [] {
  if (isFault(error, 'not-found')) return [];
  throw error;
}
