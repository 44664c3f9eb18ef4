import { randomUUID } from 'node:crypto';
import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { changePublications } from '../block/change-publications.ts';
import { getHosting } from '../block/hosting.ts';
import { type Publications, readPublications } from '../block/publications.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { ExportRef, ExportServer, ExportView } from '../peers/export-server.ts';
import { getRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import type { ExporterDeps } from './deps.ts';
import { exportKey, iqnOf } from './export-names.ts';
import { type ExportState, formatState, parseState, withNode, withoutNode } from './export-state.ts';

/** How long a released export is not built again, though the record does not name the next exporter yet. */
const RELEASED_MS = 60_000;

export interface Exporter extends ExportServer {
  /** False for one that this server has just given up. */
  isWanted(key: string): boolean;
}

/** This server as an exporter. One change at a time to an export; what the machine cannot do yet the next call does. */
export function createExporter(deps: ExporterDeps): Exporter {
  const released = new Map<string, number>();

  const change: Change = async (ref, next, call) => {
    const { volume, key } = await own(deps, ref, call);
    using _lock = deps.locks.acquire(lockOf(key));
    released.delete(key);
    await requireFenced(deps, volume.name, ref, call);
    await deps.machine.open({ key, ...ref, servers: await othersOf(deps, call) }, call);
    return changeState(deps, { key, ref, next }, call);
  };
  return {
    isWanted: (key) => (released.get(key) ?? 0) < performance.now(),
    async prepare(ref, call) {
      const { bricks } = await getHosting(deps, ref.volume, call);
      const addresses = await deps.machine.sources([...new Set(bricks.map(({ host }) => host))], call);
      requirePortals(deps.machine.portals());
      await othersOf(deps, call);
      if (addresses.length === 0)
        throw new Fault('unreachable', `this server has no address towards the bricks of ${ref.volume}`);
      await closeFormer(deps, ref, call);
      return addresses;
    },
    build: (ref, call) => change(ref, (state) => state, call),
    allow: ({ publication, ...ref }, call) => change(ref, (state) => withNode(state, publication), call),
    async forbid({ node, ...ref }, call) {
      await change(ref, (state) => withoutNode(state, node), call);
    },
    async grow(ref, call) {
      const { key } = await own(deps, ref, call);
      using _lock = deps.locks.acquire(lockOf(key));
      await deps.machine.grow(key, call);
    },
    async release(ref, call) {
      const volume = await getHosting(deps, ref.volume, call);
      const selfId = await deps.pool.selfId(call);
      const key = exportKey(volume, ref.name, selfId);
      using _lock = deps.locks.acquire(lockOf(key));
      released.set(key, performance.now() + RELEASED_MS);
      await deps.machine.close(key, { isLost: exporterIn(volume, ref.name) !== selfId }, call);
    },
  };
}

type Change = (ref: ExportRef, next: (state: ExportState) => ExportState, call: Call) => Promise<ExportView>;

interface ChangedExport {
  readonly key: string;
  readonly ref: ExportRef;
  readonly next: (state: ExportState) => ExportState;
}

/** Of an open export: kept first, so that whoever goes on with it knows what was asked for. */
async function changeState(
  deps: ExporterDeps,
  { key, ref, next }: ChangedExport,
  call: Call,
): Promise<ExportView> {
  const text = await deps.machine.readState(key, call);
  const before = text === undefined ? newState() : parseState(text);
  const wanted = next(before);
  const isNewTerm = before.acls.length === 0 && wanted.acls.length > 0;
  const term = isNewTerm ? newTerm() : before.term;
  const state = { ...wanted, term, portals: [...deps.machine.portals()] };
  requirePortals(state.portals);
  if (formatState(state) !== text) await deps.machine.writeState(key, formatState(state), call);
  checkpoint(call);
  const iqn = iqnOf(key, term);
  const { wwn, portals, acls } = state;
  if (acls.length === 0) await end(deps, key, ref, call);
  else await deps.machine.serve(key, { iqn, wwn, portals, acls }, call);
  return { portals, iqn, wwn, published: toPublished(acls) };
}

/** Nobody may log in: what is not exported needs no exporter. */
async function end(deps: ExporterDeps, key: string, { volume, name }: ExportRef, call: Call): Promise<void> {
  await deps.machine.close(key, { isLost: false }, call);
  const selfId = await deps.pool.selfId(call);
  // Another may have been appointed meanwhile.
  const none = (now: Publications) =>
    now.get(name)?.[0]?.node === selfId ? new Map([...now, [name, []]]) : now;
  await changePublications(deps, volume, none, call).catch((error: unknown) => {
    throw afterMutation(error, `end of the export of ${name}`);
  });
}

export function lockOf(key: string): string {
  return `export ${key}`;
}

/** The peer id of the exporter that the hosting volume's record has for a block volume. */
export function exporterIn(volume: GlusterVolume, name: string): string | undefined {
  return readPublications(getRecord(volume)).get(name)?.[0]?.node;
}

/** Throws `busy` when another server exports it, or none does. */
async function own(deps: ExporterDeps, { volume: hosting, name }: ExportRef, call: Call) {
  const [volume, selfId] = await Promise.all([getHosting(deps, hosting, call), deps.pool.selfId(call)]);
  if (exporterIn(volume, name) === selfId) return { volume, key: exportKey(volume, name, selfId) };
  throw new Fault('busy', `block volume ${name} has been given to another exporter; retry`);
}

/**
 * What this server has left of an export that it was cut off from: let in again, its client would write what it still
 * had to write then. Throws `unreachable` when the record here has this server: it may be an old one.
 */
async function closeFormer(deps: ExporterDeps, { volume, name }: ExportRef, call: Call): Promise<void> {
  const selfId = await deps.pool.selfId(call);
  const key = exportKey(await getHosting(deps, volume, call), name, selfId);
  using _lock = deps.locks.acquire(lockOf(key));
  if (exporterIn(await getHosting(deps, volume, call), name) === selfId)
    throw new Fault(
      'unreachable',
      `this server exports ${name}, or its glusterd does not know better yet; retry`,
    );
  await deps.machine.close(key, { isLost: true }, call);
}

/** Whoever exported it before may have been cut off by a request that died before the bricks did it. */
async function requireFenced(
  deps: ExporterDeps,
  hosting: string,
  { name }: ExportRef,
  call: Call,
): Promise<void> {
  const volume = await changePublications(deps, hosting, (now) => now, call);
  if (exporterIn(volume, name) === (await deps.pool.selfId(call))) return;
  throw new Fault('busy', `block volume ${name} has been given to another exporter; retry`);
}

/** Servers that glusterd is connected to first. Throws `unsupported` in a pool of one. */
async function othersOf({ pool }: ExporterDeps, call: Call): Promise<readonly string[]> {
  const others = (await pool.servers(call)).filter(({ isSelf }) => !isSelf);
  const order = [
    ...others.filter(({ isConnected }) => isConnected),
    ...others.filter((one) => !one.isConnected),
  ];
  if (order.length > 0) return order.map(({ host }) => host);
  throw new Fault(
    'unsupported',
    'an exporter is fenced by the volume file of another server, and this pool has one server; add a peer',
  );
}

function requirePortals(portals: readonly string[]): void {
  if (portals.length > 0) return;
  throw new Fault('unreachable', 'this server has no address for portals; set block.portals');
}

function newState(): ExportState {
  return { wwn: randomUUID(), term: newTerm(), portals: [], acls: [] };
}

function newTerm(): string {
  return randomUUID().slice(0, 8);
}

/** Without what nobody else is to see. */
export function toPublished(acls: ExportState['acls']): ExportView['published'] {
  return acls.map(({ node, initiator, readonly, shared = false }) => ({ node, initiator, readonly, shared }));
}
