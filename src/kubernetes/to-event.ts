/** What an event is about, by its full name in Kubernetes. */
export interface Involved {
  readonly kind: 'Pod' | 'Node';
  /** Undefined for a node. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string | undefined;
}

export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase word, as `GlusterClientReplaced`. */
  readonly reason: string;
  /** Sent as `boundMessage` makes it. */
  readonly message: string;
}

export interface Reporter {
  /** The program: `gluster-csi-mounter`. */
  readonly component: string;
  readonly nodeName: string;
}

/** What Kubernetes takes of a message, in bytes. */
const MAX_MESSAGE_BYTES = 1024;
/** Characters of a name in Kubernetes. */
const MAX_NAME = 253;
/** Events of what is in no namespace. */
const DEFAULT_NAMESPACE = 'default';

/** The namespace of an event is that of what it is about. */
export function namespaceOf({ namespace }: Involved): string {
  return namespace ?? DEFAULT_NAMESPACE;
}

/**
 * An Event of core/v1, by whose fields `kubectl describe` selects. With the same `id` it has the same name, so that
 * it is made once however often it is sent.
 */
export function toEvent(
  involved: Involved,
  { id, type, reason, message }: Occurrence & { readonly id: string },
  { component, nodeName }: Reporter,
) {
  const namespace = namespaceOf(involved);
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${toPrefix(involved.name, MAX_NAME - id.length - 1)}.${id}`, namespace },
    involvedObject: { apiVersion: 'v1', ...involved },
    type,
    reason,
    message,
    source: { component, host: nodeName },
    reportingComponent: component,
    reportingInstance: nodeName,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}

/** No part of a Kubernetes name ends with a dot or a dash. */
function toPrefix(name: string, length: number): string {
  return name.slice(0, length).replace(/[-.]+$/, '');
}

/** At most 1024 bytes of UTF-8, no control characters: names within come from volumes and servers. */
export function boundMessage(message: string): string {
  const plain = message
    .slice(0, MAX_MESSAGE_BYTES)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, ' ');
  // It writes whole characters only.
  const { read } = new TextEncoder().encodeInto(plain, new Uint8Array(MAX_MESSAGE_BYTES));
  return plain.slice(0, read);
}
