import { isIP } from 'node:net';
import { invalid } from '../../control/fault.ts';

/** A node, by what servers know it: whom to let in, and whom to cut off. */
export interface BlockNode {
  readonly name: string;
  /** From which its Gluster clients come: IPv4 or IPv6, none twice. At least one in an id. */
  readonly addresses: readonly string[];
  /** By which iSCSI targets know it; absent: it has no iSCSI. */
  readonly initiator?: string;
}

/** Kubernetes' bound on the ids of nodes. */
const MAX_BYTES = 192;
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
const INITIATOR = /^(?:iqn|eui|naa)\.[A-Za-z0-9._:-]{1,219}$/;
const FORM = '<name>@<address>[,<address>…][@<initiator>]';

/** The CSI id of a node: `<name>@<address>[,<address>…][@<initiator>]`, at most 192 bytes. Throws `invalid`. */
export function formatNodeId(node: BlockNode): string {
  const id = toNodeId(node);
  if (parseNodeId(id) !== undefined) return id;
  throw invalid(
    'node id',
    `${id.slice(0, MAX_BYTES)} is no ${FORM} of at most ${MAX_BYTES} bytes; give --node-id another name, let the node reach the servers from fewer addresses, or give it a shorter initiator name`,
  );
}

/** Undefined for what is no id of a node of this driver. */
export function parseNodeId(text: string): BlockNode | undefined {
  const [name = '', list = '', initiator, ...rest] = text.split('@');
  const addresses = list.split(',');
  const isWhole = text.length <= MAX_BYTES && rest.length === 0 && NAME.test(name);
  const areAddresses = addresses.every((one) => isIP(one) !== 0 && !one.includes('%'));
  if (!isWhole || !areAddresses || new Set(addresses).size < addresses.length) return undefined;
  if (initiator === undefined) return { name, addresses };
  return INITIATOR.test(initiator) ? { name, addresses, initiator } : undefined;
}

/**
 * The name in the id of a node, also of one whose id a newer release has given more parts: it is enough to cut that node
 * off. Undefined for what is no such id.
 */
export function nodeNameOf(text: string): string | undefined {
  const [name = ''] = text.split('@');
  return NAME.test(name) ? name : undefined;
}

/** As `formatNodeId`, of a node that the servers tell of. */
export function toNodeId({ name, addresses, initiator }: BlockNode): string {
  return [name, addresses.join(','), ...(initiator === undefined ? [] : [initiator])].join('@');
}
