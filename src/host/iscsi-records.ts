import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { Fault } from '../control/fault.ts';
import type { Chap, Login } from '../staging/iscsi/iscsi-host.ts';
import { type Portal, parsePortal } from './iscsi-portal.ts';
import { namesIn } from './sysfs.ts';

/** It becomes the name of a folder. */
const TARGET = /^(?:iqn|eui|naa)\.[A-Za-z0-9._:-]{1,219}$/;
/** Lines end at a newline, and values lose the blanks around them. */
const VALUE = /^[\x21-\x7e]{1,255}$/;

/** Two tries of ten seconds at a portal; a path that is lost is told after ten seconds, and given up five later. */
const SETTINGS: readonly string[] = [
  'node.startup = manual',
  'iface.iscsi_ifacename = default',
  'iface.transport_name = tcp',
  'node.discovery_type = static',
  'node.session.scan = auto',
  'node.session.initial_login_retry_max = 2',
  'node.session.timeo.replacement_timeout = 5',
  'node.conn[0].timeo.login_timeout = 10',
  'node.conn[0].timeo.logout_timeout = 10',
  'node.conn[0].timeo.noop_out_interval = 5',
  'node.conn[0].timeo.noop_out_timeout = 5',
];

/**
 * Writes the node record of a portal into open-iscsi's folder `database`, as `iscsiadm -o new` and `-o update` would:
 * those take secrets as arguments, which every process can read in /proc.
 */
export async function writeRecord(database: string, { iqn, portal, chap }: Login): Promise<void> {
  const place = parsePortal(portal);
  const path = pathOf(database, iqn, place);
  const lines = [
    `node.name = ${iqn}`,
    'node.tpgt = -1',
    ...SETTINGS,
    ...toChapLines(chap),
    `node.conn[0].address = ${place.address}`,
    `node.conn[0].port = ${place.port}`,
  ];
  await mkdir(folderOf(database, iqn), { recursive: true, mode: 0o700 });
  // Beside the folders of targets, where iscsiadm takes it for none.
  const made = `${database}/nodesx-${process.pid}-${place.port}-${place.address}-${iqn}`;
  const file = await open(made, 'w', 0o600);
  try {
    await file.writeFile(`# BEGIN RECORD 2.1.8\n${lines.join('\n')}\n# END RECORD\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(made, path);
}

/** Removes the record of a portal, or of all of the target's. Absent is success. */
export async function removeRecords(
  database: string,
  iqn: string,
  portal: string | undefined,
): Promise<void> {
  const folder = folderOf(database, iqn);
  if (portal === undefined) return rm(folder, { recursive: true, force: true });
  await rm(pathOf(database, iqn, parsePortal(portal)), { recursive: true, force: true });
  if ((await namesIn(folder)).length === 0) await rmdir(folder).catch(() => undefined);
}

/** Throws `invalid` for a name that none of ours can have. */
function folderOf(database: string, iqn: string): string {
  if (TARGET.test(iqn)) return `${database}/nodes/${iqn}`;
  throw new Fault('invalid', `target "${iqn.slice(0, 64)}" has no name as iqn.2026-11.org.example:disk`);
}

function pathOf(database: string, iqn: string, { address, port }: Portal): string {
  return `${folderOf(database, iqn)}/${address},${port}`;
}

function toChapLines(chap: Chap | undefined): readonly string[] {
  if (chap === undefined) return ['node.session.auth.authmethod = None'];
  const { username, password, mutual } = chap;
  const values = {
    username,
    password: password.reveal(),
    ...(mutual === undefined ? {} : { username_in: mutual.username, password_in: mutual.password.reveal() }),
  };
  const wrong = Object.entries(values).find(([, value]) => !VALUE.test(value));
  if (wrong !== undefined)
    throw new Fault('invalid', `node.session.auth.${wrong[0]} has blanks or other than ASCII`);
  return [
    'node.session.auth.authmethod = CHAP',
    'node.session.auth.chap_algs = SHA256,MD5',
    ...Object.entries(values).map(([key, value]) => `node.session.auth.${key} = ${value}`),
  ];
}
