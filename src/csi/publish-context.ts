import { Fault, invalid } from '../control/fault.ts';
import type { BlockTarget } from '../volumes/block/block-backend.ts';

/** Of a volume over iSCSI. */
export interface PublishedLun extends BlockTarget {
  /** What its disk has at least. */
  readonly bytes: bigint;
}

/** What ControllerPublish tells the node: the CO hands it on to NodeStage and NodePublish. No secrets are in it. */
export interface PublishContext {
  /** Servers let the node attach it to read. */
  readonly isReadonly: boolean;
  /** Of virtblock: the directory of the volume that servers let the node mount; undefined: the volume's own. */
  readonly door: string | undefined;
  readonly lun?: PublishedLun;
}

type Texts = Readonly<Record<string, string>>;

const READONLY = 'readonly';
const DOOR = 'door';
const DOOR_FORM = /^[A-Za-z0-9]{1,64}$/;

export function formatPublishContext({ isReadonly, door, lun }: PublishContext): Record<string, string> {
  const context = { [READONLY]: String(isReadonly), ...(door === undefined ? {} : { [DOOR]: door }) };
  if (lun === undefined) return context;
  const { iqn, portals, lun: unit, wwn, bytes } = lun;
  return { ...context, iqn, portals: portals.join(','), lun: String(unit), wwn, bytes: String(bytes) };
}

/** Of a CO that attaches nothing, as in tests by hand, there is no context. Throws `invalid`. */
export function parsePublishContext(context: Texts): Pick<PublishContext, 'isReadonly' | 'door'> {
  const door = context[DOOR];
  if (door !== undefined && !DOOR_FORM.test(door)) {
    throw invalid(
      `publish_context.${DOOR}`,
      'is 1 to 64 letters and digits, as ControllerPublishVolume told it',
    );
  }
  return { isReadonly: context[READONLY] === 'true', door };
}

/** Throws `wrong-state` without one: the caller skipped a step. */
export function parsePublishedLun(context: Texts): PublishedLun {
  const { iqn = '', portals = '', lun = '', wwn = '', bytes = '' } = context;
  const isWhole =
    [iqn, portals, wwn].every((one) => one !== '') && [lun, bytes].every((one) => /^\d+$/.test(one));
  if (isWhole) return { iqn, portals: portals.split(','), lun: Number(lun), wwn, bytes: BigInt(bytes) };
  throw new Fault(
    'wrong-state',
    'publish_context does not tell where the disk is; ControllerPublish comes first, and gives it',
  );
}
