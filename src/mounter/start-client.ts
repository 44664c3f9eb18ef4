import { randomUUID } from 'node:crypto';
import { type Call, detached } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { ClientRecord } from './client-record.ts';
import type { MounterContext } from './context.ts';

const CLEAN_UP_MS = 30_000;

/** What a client is started for; the rest of its record is made here. */
export type ClientSpec = Omit<ClientRecord, 'clientId' | 'created' | 'device'>;

/** A client that serves, and is claimed until this is disposed of. */
export interface StartedClient extends Disposable {
  readonly id: string;
  readonly mountPoint: string;
  readonly device: string;
  /** Takes it away again. Throws `uncertain` when that fails; it will be released later. */
  undo(cause: unknown, call: Call): Promise<void>;
}

/**
 * Starts a client at a mount point of its own. Its record is written before, so that whatever a kill leaves is known;
 * its device after, before anybody else can have its mounts. Throws what `Host.mountGluster` throws, and `exhausted`
 * when its record cannot be written. A failure leaves nothing, or is `uncertain`.
 */
export async function startClient(
  { machine, clientId, claims }: MounterContext,
  spec: ClientSpec,
  call: Call,
): Promise<StartedClient> {
  const id = randomUUID();
  const mountPoint = machine.mountPointOf(id, spec);
  const claim = claims.claim(id);
  const undo = async (cause: unknown, undoing: Call) => {
    try {
      await machine.unmount(mountPoint, undoing);
      await machine.removeDirectory(id, undoing);
    } catch {
      throw new Fault('uncertain', `mounting ${spec.volume} failed, and so did undoing it; retry`, { cause });
    }
  };
  try {
    const record = { ...spec, clientId, created: new Date().toISOString() };
    await machine.writeRecord(id, record);
    await machine.startClient(id, record, call);
    const mount = (await machine.mounts()).findLast(({ target }) => target === mountPoint);
    if (mount === undefined) throw new Fault('unreachable', `${mountPoint} was unmounted again; retry`);
    await machine.writeRecord(id, { ...record, device: mount.device });
    return { id, mountPoint, device: mount.device, undo, [Symbol.dispose]: () => claim?.[Symbol.dispose]() };
  } catch (error) {
    try {
      await undo(error, detached(call, CLEAN_UP_MS));
    } finally {
      claim?.[Symbol.dispose]();
    }
    throw error;
  }
}
