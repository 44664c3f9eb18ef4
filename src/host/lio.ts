import { type Call, checkpoint } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import {
  makeDirectories,
  makeLink,
  readValue,
  removeDirectories,
  removeLinks,
  treeOf,
  writeValue,
} from './configfs.ts';
import { type LioAcl, withdrawInitiators, writeAcl } from './lio-acl.ts';
import { prepareLio, TARGET } from './prepare-lio.ts';

/** One disk behind one target of the kernel's own iSCSI server. */
export interface LioExport {
  /** Of the backstore; unique on this machine. */
  readonly name: string;
  readonly iqn: string;
  /** A block device that is there under this path only while it has content. */
  readonly device: string;
  /** The LUN's unit serial, a UUID: initiators make the WWN of it. */
  readonly serial: string;
  /** `address:port`, an IPv6 address in brackets. */
  readonly portals: readonly string[];
  /** All of them, and nobody else. */
  readonly acls: readonly LioAcl[];
}

const GROUP = 'tpgt_1';
const LUN = `${GROUP}/lun/lun_0`;
/** Nobody has a session without an ACL of its own, whose LUN begins as a read-only one. */
const RULES = {
  generate_node_acls: '0',
  demo_mode_write_protect: '1',
  prod_mode_write_protect: '1',
  cache_dynamic_acls: '0',
  demo_mode_discovery: '0',
};

/**
 * Makes the target such, from nothing or from what an interrupted call has left; initiators that stay keep their
 * sessions. It is enabled last, so that nobody sees a part. Throws `unreachable` with the kernel's reason, and
 * `timed-out`.
 */
export async function ensureExport(wanted: LioExport, call: Call): Promise<void> {
  await prepareLio(call);
  await ensureBackstore(wanted, call);
  const root = targetOf(wanted);
  const before = await treeOf(root, call);
  const isNew = !before.has(LUN) || (await readValue(`${root}/${GROUP}/enable`, call)) !== '1';
  await makeDirectories([`${root}/${LUN}`], call);
  for (const [name, value] of isNew ? Object.entries(RULES) : [])
    await writeValue(`${root}/${GROUP}/attrib/${name}`, value, call);
  const isSecret = wanted.acls.some(({ chap }) => chap !== undefined);
  await writeValue(`${root}/${GROUP}/attrib/authentication`, isSecret ? '1' : '0', call);
  if (!before.has(`${LUN}/disk`)) await makeLink(`${root}/${LUN}/disk`, backstoreOf(wanted.name), call);
  await ensurePortals(root, before, wanted.portals, call);
  const initiators = new Set(wanted.acls.map(({ initiator }) => initiator));
  await withdrawInitiators(`${root}/${GROUP}`, (one) => !initiators.has(one), call);
  for (const acl of wanted.acls) {
    checkpoint(call);
    await writeAcl(`${root}/${GROUP}`, acl, call);
  }
  if (isNew) await writeValue(`${root}/${GROUP}/enable`, '1', call);
}

/** Takes the target with its sessions away. Absent is success. Faults as `ensureExport`. */
export async function removeTarget(iqn: string, call: Call): Promise<void> {
  const root = targetOf({ iqn });
  const tree = await treeOf(root, call);
  if (tree.has(GROUP)) {
    await writeValue(`${root}/${GROUP}/enable`, '0', call);
    await withdrawInitiators(`${root}/${GROUP}`, () => true, call);
    await removeDirectories(
      childrenOf(tree, `${GROUP}/np`).map((one) => `${root}/${one}`),
      call,
    );
    if (tree.has(`${LUN}/disk`)) await removeLinks([`${root}/${LUN}/disk`], call);
    if (tree.has(LUN)) await removeDirectories([`${root}/${LUN}`], call);
    await removeDirectories([`${root}/${GROUP}`], call);
  }
  await removeDirectories([root], call);
}

/** Once no target has it. Absent is success. Faults as `ensureExport`. */
export async function removeBackstore(name: string, call: Call): Promise<void> {
  const backstore = backstoreOf(name);
  await removeDirectories([backstore, backstore.slice(0, backstore.lastIndexOf('/'))], call);
}

/** IQNs of all targets, also half-made ones, that begin so; none while the kernel's target is not loaded. */
export async function targetsNamed(prefix: string, call: Call): Promise<readonly string[]> {
  const tree = await treeOf(`${TARGET}/iscsi`, call);
  return [...tree].filter((path) => !path.includes('/') && path.startsWith(prefix));
}

async function ensureBackstore({ name, device, serial }: LioExport, call: Call): Promise<void> {
  const path = backstoreOf(name);
  await makeDirectories([path], call);
  if ((await readValue(`${path}/enable`, call)) !== '1') {
    await writeValue(`${path}/control`, `udev_path=${device}`, call);
    await writeValue(`${path}/udev_path`, device, call);
    await writeValue(`${path}/enable`, '1', call);
  }
  const known = await readValue(`${path}/wwn/vpd_unit_serial`, call);
  if (!known.endsWith(`: ${serial}`)) await writeValue(`${path}/wwn/vpd_unit_serial`, serial, call);
  // Discard, which frees the file's blocks.
  await writeValue(`${path}/attrib/emulate_tpu`, '1', call);
  if ((await readValue(`${path}/udev_path`, call)) !== device)
    throw new Fault('unreachable', `LIO has another device than ${device} as ${name}; remove that backstore`);
}

async function ensurePortals(
  root: string,
  before: ReadonlySet<string>,
  portals: readonly string[],
  call: Call,
): Promise<void> {
  const wanted = portals.map((portal) => `${GROUP}/np/${portal}`);
  const there = childrenOf(before, `${GROUP}/np`);
  const missing = wanted.filter((one) => !there.includes(one));
  if (missing.length > 0)
    await makeDirectories(
      missing.map((one) => `${root}/${one}`),
      call,
    );
  await removeDirectories(
    there.filter((one) => !wanted.includes(one)).map((one) => `${root}/${one}`),
    call,
  );
}

function childrenOf(tree: ReadonlySet<string>, parent: string): readonly string[] {
  return [...tree].filter((path) => path.startsWith(`${parent}/`) && path.lastIndexOf('/') === parent.length);
}

function targetOf({ iqn }: Pick<LioExport, 'iqn'>): string {
  return `${TARGET}/iscsi/${iqn}`;
}

/** With a host adapter of its own, whose number follows from the name: nobody else has to be asked for a free one. */
function backstoreOf(name: string): string {
  const number = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2 ** 31, 7);
  return `${TARGET}/core/iblock_${number}/${name}`;
}
