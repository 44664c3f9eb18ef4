/** What ControllerPublish tells the node: the CO hands it on to NodeStage and NodePublish. */
export interface PublishContext {
  /** Servers let the node attach it to read. */
  readonly isReadonly: boolean;
}

const KEY = 'readonly';

export function formatPublishContext({ isReadonly }: PublishContext): Record<string, string> {
  return { [KEY]: String(isReadonly) };
}

/** Of a CO that attaches nothing, as in tests by hand, there is no context. */
export function parsePublishContext(context: Readonly<Record<string, string>>): PublishContext {
  return { isReadonly: context[KEY] === 'true' };
}
