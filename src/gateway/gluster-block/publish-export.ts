import type { Call } from '../../control/call.ts';
import { Fault, invalid, isFault } from '../../control/fault.ts';
import type { IscsiPublishRequest, IscsiVolumeInfoWire } from '../../glusterd2/iscsi-wire.ts';
import { getHosting, hostingVolumes } from '../block/hosting.ts';
import type { NamedBlockVolume } from '../block/locate.ts';
import { getRecord } from '../volume-record.ts';
import { changeExported } from './change-exported.ts';
import { exportKey, type GlusterBlockDeps } from './deps.ts';
import { toExportInfo } from './export-info.ts';
import { type Exported, readExported } from './exports-record.ts';
import { findExport, requireWhole } from './find-export.ts';
import { renewExport } from './renew-export.ts';

/**
 * Writes down that the node has the block volume, and tells where it is: gluster-block itself lets in everybody who
 * knows the IQN (and the password). The same again is success. Throws `wrong-state` naming the node that has it,
 * `not-found`, `invalid`, `denied` for credentials of others, `unsupported`, and what `changeExported` throws.
 */
export async function publishExport(
  deps: GlusterBlockDeps,
  { name, hostingvolume }: NamedBlockVolume,
  request: IscsiPublishRequest,
  call: Call,
): Promise<IscsiVolumeInfoWire> {
  if (request.shared === true)
    throw new Fault(
      'unsupported',
      'shared: gluster-block cannot cut one of several writers off; use provider lio',
    );
  await deps.command.requireInstalled();
  using _lock = deps.locks.acquire(exportKey(name));
  const { hosting, found } = await findExport(deps, { name, hostingvolume }, call);
  const meta = requireWhole(found);
  if (request.chap !== undefined)
    await requireCredentials(deps, { hosting: hosting.name, name }, request.chap, call);
  const changed = await changeExported(deps, hosting.name, (now) => publish(now, name, request), call);
  // A delete or an unpublish that another gateway had begun is seen here, or sees this. The node stays in the record:
  // it may have had the block volume before.
  const again = await findExport(deps, { name, hostingvolume: hosting.name }, call).catch(
    async (error: unknown) => {
      if (isFault(error, 'not-found'))
        await changeExported(deps, hosting.name, (now) => without(now, name, request.node), call);
      throw error;
    },
  );
  if (requireWhole(again.found).gbid === meta.gbid) return toExportInfo(changed, again.found);
  throw new Fault('busy', `block volume ${name} was just made anew; retry`);
}

export interface Withdrawal extends NamedBlockVolume {
  /** Undefined: all. */
  readonly node: string | undefined;
  /** The caller answers for it that the node has logged out for good. */
  readonly isClean: boolean;
}

/**
 * Resolves once no write of the node's (or of any, without one) can reach the block volume any more. gluster-block has
 * no access lists: with the last node its target is made anew (see `renew-export.ts`), unless the caller answers for
 * the node. A reader that leaves others behind is taken at its word. Throws what `renewExport` throws.
 */
export async function unpublishExport(
  deps: GlusterBlockDeps,
  { name, hostingvolume, node, isClean }: Withdrawal,
  call: Call,
): Promise<void> {
  await deps.command.requireInstalled();
  using _lock = deps.locks.acquire(exportKey(name));
  const hostings = await (hostingvolume === undefined
    ? hostingVolumes(deps, call)
    : getHosting(deps, hostingvolume, call).then((one) => [one], orNone));
  for (const hosting of hostings) {
    const entries = readExported(getRecord(hosting)).get(name) ?? [];
    const leaving = entries.filter((one) => node === undefined || one.node === node);
    if (leaving.length === 0) continue;
    const isBegun = leaving.some(({ isLeaving }) => isLeaving);
    if (isBegun || (!isClean && leaving.length === entries.length)) {
      await changeExported(deps, hosting.name, (now) => mark(now, name), call);
      await renewExport(deps, { hosting: hosting.name, name }, call);
    }
    await changeExported(deps, hosting.name, (now) => without(now, name, node), call);
  }
}

/** With the node among those that have it. */
function publish(now: Exported, name: string, { node, initiator, readonly }: IscsiPublishRequest): Exported {
  const entries = now.get(name) ?? [];
  const leaving = entries.find(({ isLeaving }) => isLeaving);
  if (leaving !== undefined) {
    throw new Fault(
      'wrong-state',
      `block volume ${name} is being taken from node ${leaving.node}; unpublish it there again`,
    );
  }
  const others = entries.filter((one) => one.node !== node);
  const obstacle = readonly ? others.find((one) => !one.readonly) : others[0];
  if (obstacle === undefined)
    return new Map([...now, [name, [...others, { node, initiator, readonly, isLeaving: false }]]]);
  throw new Fault(
    'wrong-state',
    `block volume ${name} is published to node ${obstacle.node}${obstacle.readonly ? ' read-only' : ''}; unpublish it there first`,
  );
}

function mark(now: Exported, name: string): Exported {
  return new Map([...now, [name, (now.get(name) ?? []).map((one) => ({ ...one, isLeaving: true }))]]);
}

function without(now: Exported, name: string, node: string | undefined): Exported {
  return new Map([
    ...now,
    [name, (now.get(name) ?? []).filter((one) => node !== undefined && one.node !== node)],
  ]);
}

async function requireCredentials(
  deps: GlusterBlockDeps,
  name: { readonly hosting: string; readonly name: string },
  { mutual, username, password }: NonNullable<IscsiPublishRequest['chap']>,
  call: Call,
): Promise<void> {
  if (mutual !== undefined)
    throw new Fault('unsupported', 'chap.mutual: gluster-block has none; use provider lio');
  const { credentials } = await deps.command.info(name, call);
  if (credentials === undefined)
    throw invalid('chap', 'this block volume has no authentication; enable it first');
  if (credentials.username === username && credentials.password === password) return;
  throw new Fault(
    'denied',
    'chap: these are not the credentials that gluster-block has made; POST …/auth with enabled: true tells them',
  );
}

/** A hosting volume that is gone took its targets with it. */
function orNone(error: unknown): [] {
  if (isFault(error, 'not-found')) return [];
  throw error;
}
