import type { Call } from '../control/call.ts';
import { makeDirectories, makeLink, removeDirectories, removeLinks, treeOf, writeValue } from './configfs.ts';

export interface ChapLogin {
  readonly username: string;
  readonly password: string;
}

/** CHAP of one initiator: what it proves itself with, and what the target proves itself with to it. */
export interface Chap extends ChapLogin {
  readonly mutual?: ChapLogin;
}

/** What one initiator may do. */
export interface LioAcl {
  readonly initiator: string;
  readonly readonly: boolean;
  readonly chap?: Chap;
}

/** The kernel's word for a value that is not set; no secret begins with it (glusterd2/iscsi-wire.ts). */
const UNSET = 'NULL';
const LUN = 'lun_0';
const LINK = 'disk';

/** Gives an initiator such rights to the LUN of a target's group. A session that it has goes on. */
export async function writeAcl(
  group: string,
  { initiator, readonly, chap }: LioAcl,
  call: Call,
): Promise<void> {
  const path = `${group}/acls/${initiator}`;
  const before = await treeOf(path, call);
  await makeDirectories([path], call);
  const secrets = {
    userid: chap?.username,
    password: chap?.password,
    userid_mutual: chap?.mutual?.username,
    password_mutual: chap?.mutual?.password,
  };
  for (const [name, value] of Object.entries(secrets)) {
    if (value !== undefined || before.size > 0)
      await writeValue(`${path}/auth/${name}`, value ?? UNSET, call);
  }
  if (!before.has(LUN)) await makeDirectories([`${path}/${LUN}`], call);
  if (!before.has(`${LUN}/${LINK}`)) await makeLink(`${path}/${LUN}/${LINK}`, `${group}/lun/${LUN}`, call);
  await writeValue(`${path}/${LUN}/write_protect`, readonly ? '1' : '0', call);
}

/** Takes their rights away. The kernel ends the session of each and waits for that, so none is left. */
export async function withdrawInitiators(
  group: string,
  which: (initiator: string) => boolean,
  call: Call,
): Promise<void> {
  const tree = await treeOf(`${group}/acls`, call);
  const gone = [...tree].filter((path) => !path.includes('/') && which(path));
  for (const initiator of gone) {
    const lun = `${initiator}/${LUN}`;
    if (tree.has(`${lun}/${LINK}`)) await removeLinks([`${group}/acls/${lun}/${LINK}`], call);
    const paths = [...(tree.has(lun) ? [lun] : []), initiator].map((one) => `${group}/acls/${one}`);
    await removeDirectories(paths, call);
  }
}
