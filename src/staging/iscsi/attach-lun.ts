import { type Call, checkpoint } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import { isDisk } from './is-disk.ts';
import type { IscsiDisk, IscsiHost, Lun, LunMap } from './iscsi-host.ts';
import type { LunUse, StageLun } from './lun-volume.ts';

/**
 * Logs in at every portal and makes one device of the disk that they show. One portal that works is enough. Throws
 * `denied`, `unreachable` when none does; `wrong-state` when the disk is another one than was published.
 */
export async function attachLun(iscsi: IscsiHost, use: StageLun, call: Call): Promise<LunMap> {
  await dropStale(iscsi, use.lun, call);
  checkpoint(call);
  await logInEverywhere(iscsi, use, call);
  checkpoint(call);
  return mapDisks(iscsi, use, call);
}

/** The same with the sessions that are there: whoever has no secrets cannot log in. */
export async function mapDisks(iscsi: IscsiHost, use: LunUse, call: Call): Promise<LunMap> {
  const disks = await getDisks(iscsi, use, call);
  checkpoint(call);
  const made = await iscsi.makeMap(disks, call);
  const bytes = made.bytes < use.bytes ? await iscsi.growMap(made.wwid, call) : made.bytes;
  if (bytes >= use.bytes && isDisk(use.lun, made)) return { ...made, bytes };
  throw new Fault(
    'wrong-state',
    `${made.device} of volume ${use.volume.id} has ${bytes} bytes, and ${use.bytes} were promised; is its target whole?`,
  );
}

/**
 * Sessions of an earlier time: at portals that the target has left, and, when none of them works, all. One that is
 * lost while another works may come back by itself.
 */
async function dropStale(iscsi: IscsiHost, { iqn, portals }: Lun, call: Call): Promise<void> {
  const sessions = await iscsi.sessions(iqn, call);
  if (sessions.length === 0) return;
  if (!sessions.some(({ isLoggedIn, portal }) => isLoggedIn && portals.includes(portal))) {
    return iscsi.logOut({ iqn }, call);
  }
  for (const { portal } of sessions.filter((session) => !portals.includes(session.portal))) {
    await iscsi.logOut({ iqn, portal }, call);
  }
}

async function logInEverywhere(iscsi: IscsiHost, { lun, chap }: StageLun, call: Call): Promise<void> {
  const { iqn, portals } = lun;
  const tried = await Promise.allSettled(portals.map((portal) => iscsi.logIn({ iqn, portal, chap }, call)));
  const reasons = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const [first] = reasons;
  if (reasons.length < portals.length) {
    for (const reason of reasons) log.warn({ target: iqn, err: reason }, 'a path is missing');
    return;
  }
  if (portals.length === 1 || !reasons.every((reason) => isFault(reason))) throw first;
  // What somebody has to put right is told rather than what may pass.
  const kind = reasons.find(({ kind: one }) => one === 'denied')?.kind ?? reasons[0]?.kind ?? 'unreachable';
  const all = reasons.map(({ message }) => message).join('; ');
  throw new Fault(kind, `no portal lets this node in: ${all}`, { cause: first });
}

async function getDisks(iscsi: IscsiHost, use: LunUse, call: Call): Promise<readonly IscsiDisk[]> {
  const seen = await disksOf(iscsi, use, call);
  if (seen.every(({ bytes }) => bytes >= use.bytes)) return seen;
  // A session of an earlier time knows the size of then.
  await iscsi.rescan(use.lun.iqn, call);
  return disksOf(iscsi, use, call);
}

/** Each path's disk is looked at: a wrong one among them would be written in the other's place. */
async function disksOf(iscsi: IscsiHost, { volume, lun }: LunUse, call: Call): Promise<readonly IscsiDisk[]> {
  const sessions = (await iscsi.sessions(lun.iqn, call)).filter(({ isLoggedIn }) => isLoggedIn);
  const disks = sessions.flatMap((session) => session.disks.filter((disk) => disk.lun === lun.lun));
  if (disks.length === 0) {
    throw new Fault(
      'unreachable',
      `target ${lun.iqn} shows this node no disk with LUN ${lun.lun}; is the volume published to it?`,
    );
  }
  const other = disks.find((disk) => !isDisk(lun, disk) || disk.wwid === '');
  if (other === undefined) return disks;
  throw new Fault(
    'wrong-state',
    `LUN ${lun.lun} of target ${lun.iqn} is disk ${other.serial || other.wwid}, and volume ${volume.id} is ${lun.wwn}; nothing is done with it`,
  );
}
