import { isIP } from 'node:net';
import { invalid } from '../../control/fault.ts';

/** A node, and the addresses from which its Gluster clients come: what servers are told to let in, and to cut off. */
export interface BlockNode {
  readonly name: string;
  /** IPv4 or IPv6, at least one, none twice. */
  readonly addresses: readonly string[];
}

/** Kubernetes' bound on the ids of nodes. */
const MAX_BYTES = 192;
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;

/** The CSI id of a node: `<name>@<address>[,<address>…]`, at most 192 bytes. Throws `invalid`. */
export function formatNodeId(node: BlockNode): string {
  const id = toNodeId(node);
  if (parseNodeId(id) !== undefined) return id;
  throw invalid(
    'node id',
    `${id.slice(0, MAX_BYTES)} is no <name>@<address>[,<address>…] of at most ${MAX_BYTES} bytes; give --node-id another name, or let the node reach the servers from fewer addresses`,
  );
}

/** Undefined for what is no id of a node of this driver. */
export function parseNodeId(text: string): BlockNode | undefined {
  const [name = '', list = '', ...rest] = text.split('@');
  const addresses = list.split(',');
  const isWhole = text.length <= MAX_BYTES && rest.length === 0 && NAME.test(name);
  const areAddresses = addresses.every((one) => isIP(one) !== 0 && !one.includes('%'));
  if (!isWhole || !areAddresses || new Set(addresses).size < addresses.length) return undefined;
  return { name, addresses };
}

/** As `formatNodeId`, of a node that the servers tell of. */
export function toNodeId({ name, addresses }: BlockNode): string {
  return `${name}@${addresses.join(',')}`;
}
