import { readFile } from 'node:fs/promises';
import type { IscsiDisk, IscsiSession } from '../staging/iscsi/iscsi-host.ts';
import { formatPortal } from './iscsi-portal.ts';
import { attribute, blockBytes, namesIn } from './sysfs.ts';

const SESSIONS = '/sys/class/iscsi_session';
const CONNECTIONS = '/sys/class/iscsi_connection';
/** Host, channel, target, LUN. */
const DISK = /^\d+:\d+:\d+:(\d+)$/;
/** VPD page 0x80 begins with its kind, its code and two bytes of length. */
const PAGE_HEADER = 4;

export interface KernelSession extends IscsiSession {
  /** By which iscsiadm knows it. */
  readonly id: string;
}

/** The sessions with the target, of sysfs alone: nobody is asked, so that nothing waits for a target that is away. */
export async function kernelSessions(iqn: string): Promise<readonly KernelSession[]> {
  const found = await Promise.all((await namesIn(SESSIONS)).map((name) => toSession(name, iqn)));
  return found.filter((one) => one !== undefined);
}

async function toSession(name: string, iqn: string): Promise<KernelSession | undefined> {
  const folder = `${SESSIONS}/${name}`;
  const id = name.replace('session', '');
  const connection = `${CONNECTIONS}/connection${id}:0`;
  const [target, state, address, port] = await Promise.all([
    attribute(`${folder}/targetname`),
    attribute(`${folder}/state`),
    attribute(`${connection}/persistent_address`),
    attribute(`${connection}/persistent_port`),
  ]);
  if (target !== iqn) return undefined;
  const portal = address === undefined ? '' : formatPortal({ address, port: Number(port) });
  return { id, portal, isLoggedIn: state === 'LOGGED_IN', disks: await disksOf(`${folder}/device`) };
}

async function disksOf(folder: string): Promise<readonly IscsiDisk[]> {
  const targets = (await namesIn(folder)).filter((name) => name.startsWith('target'));
  const all = await Promise.all(
    targets.map(async (target) => {
      const units = (await namesIn(`${folder}/${target}`)).filter((name) => DISK.test(name));
      return Promise.all(units.map((unit) => toDisk(`${folder}/${target}/${unit}`, unit)));
    }),
  );
  return all.flat().filter((one) => one !== undefined);
}

async function toDisk(folder: string, unit: string): Promise<IscsiDisk | undefined> {
  const [name] = await namesIn(`${folder}/block`);
  if (name === undefined) return undefined;
  const naa = /^naa\.([0-9a-f]+)$/i.exec((await attribute(`${folder}/wwid`)) ?? '')?.[1];
  return {
    device: `/dev/${name}`,
    lun: Number(DISK.exec(unit)?.[1]),
    serial: await serialOf(`${folder}/vpd_pg80`),
    wwid: naa === undefined ? '' : `3${naa.toLowerCase()}`,
    bytes: await blockBytes(name),
  };
}

async function serialOf(page: string): Promise<string> {
  const bytes = await readFile(page).catch(() => Buffer.alloc(0));
  return bytes.subarray(PAGE_HEADER).toString('latin1').replaceAll('\0', '').trim();
}
