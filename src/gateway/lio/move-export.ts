import { type Call, detached } from '../../control/call.ts';
import { isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import { getHosting } from '../block/hosting.ts';
import { hostingOf, type NamedBlockVolume } from '../block/locate.ts';
import type { ExportRef, ExportView } from '../peers/export-server.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { appointExporter, readyExporter } from './choose-exporter.ts';
import { exporterOf, type LioDeps } from './deps.ts';
import { exporterIn } from './exporter.ts';

/** What a living exporter gets to end its sessions, so that initiators wait for the next one instead of failing. */
const RELEASE_MS = 15_000;

/** The server that exports it; undefined when none does, or when the pool has lost it. */
export async function exporterFor(
  deps: LioDeps,
  ref: ExportRef,
  call: Call,
): Promise<StorageServer | undefined> {
  const peerId = exporterIn(await getHosting(deps, ref.volume, call), ref.name);
  return (await deps.pool.servers(call)).find((server) => server.peerId === peerId);
}

/**
 * Exports it from another server: the old one is cut off first, then the new one builds it, with the same WWN and the
 * same initiators. One that is exported there already is only built; one that is not exported has nothing to move.
 * Throws as `readyExporter` and `appointExporter`, and `uncertain`.
 */
export async function moveExport(
  deps: LioDeps,
  { name, hostingvolume }: NamedBlockVolume,
  to: string | undefined,
  call: Call,
): Promise<ExportView | undefined> {
  const volume = await hostingOf(deps, { name, hostingvolume }, call);
  const ref = { volume, name };
  const from = exporterIn(await getHosting(deps, volume, call), name);
  if (from === undefined) return undefined;
  const server = await relocate(deps, ref, { to, from }, call);
  return exporterOf(deps, server)
    .build(ref, call)
    .catch((error: unknown) => {
      throw afterMutation(error, `move of block volume ${name} to ${server.host}`);
    });
}

/** Resolves once the record has the next exporter, and the old one can write nothing. */
export async function relocate(
  deps: LioDeps,
  ref: ExportRef,
  { to, from }: { readonly to: string | undefined; readonly from: string },
  call: Call,
): Promise<StorageServer> {
  const old = (await deps.pool.servers(call)).find(({ peerId }) => peerId === from);
  if (old !== undefined && (to === old.peerId || to === old.host)) return old;
  const ready = await readyExporter(deps, ref, { to, not: from }, call);
  if (old !== undefined) await release(deps, old, ref, call);
  const next = await appointExporter(deps, ref, { ...ready, not: from }, call);
  // What it could not take away before it does now, or by itself when it is back.
  if (old !== undefined) await release(deps, old, ref, call);
  return next;
}

async function release(deps: LioDeps, old: StorageServer, ref: ExportRef, call: Call): Promise<void> {
  if (!isThere(old)) return;
  try {
    await exporterOf(deps, old).release(ref, detached(call, RELEASE_MS));
  } catch (error) {
    if (!isFault(error)) throw error;
    log.warn({ err: error, server: old.host, volume: ref.name }, 'an exporter did not give up an export');
  }
}

/** The one that is there, or a new one when there is none, or when its server is down. */
export async function ensureExporter(deps: LioDeps, ref: ExportRef, call: Call): Promise<StorageServer> {
  const from = exporterIn(await getHosting(deps, ref.volume, call), ref.name);
  if (from === undefined) {
    const ready = await readyExporter(deps, ref, { to: undefined, not: undefined }, call);
    return appointExporter(deps, ref, { ...ready, not: undefined }, call);
  }
  const server = (await deps.pool.servers(call)).find(({ peerId }) => peerId === from);
  if (server !== undefined && isThere(server)) return server;
  return relocate(deps, ref, { to: undefined, from }, call);
}

/** It has an exporter, which glusterd is not connected to. */
export async function isLost(deps: LioDeps, ref: ExportRef, call: Call): Promise<boolean> {
  const server = await exporterFor(deps, ref, call);
  return server !== undefined && !isThere(server);
}

function isThere({ isSelf, isConnected }: StorageServer): boolean {
  return isSelf || isConnected;
}
