import { invalid } from '../control/fault.ts';

/** What ControllerPublish tells the node: the CO hands it on to NodeStage and NodePublish. */
export interface PublishContext {
  /** Servers let the node attach it to read. */
  readonly isReadonly: boolean;
  /** The directory of the volume that servers let the node mount; undefined: the volume's own. */
  readonly door: string | undefined;
}

const READONLY = 'readonly';
const DOOR = 'door';
const DOOR_FORM = /^[A-Za-z0-9]{1,64}$/;

export function formatPublishContext({ isReadonly, door }: PublishContext): Record<string, string> {
  return { [READONLY]: String(isReadonly), ...(door === undefined ? {} : { [DOOR]: door }) };
}

/** Of a CO that attaches nothing, as in tests by hand, there is no context. Throws `invalid`. */
export function parsePublishContext(context: Readonly<Record<string, string>>): PublishContext {
  const door = context[DOOR];
  if (door !== undefined && !DOOR_FORM.test(door)) {
    throw invalid(
      `publish_context.${DOOR}`,
      'is 1 to 64 letters and digits, as ControllerPublishVolume told it',
    );
  }
  return { isReadonly: context[READONLY] === 'true', door };
}
