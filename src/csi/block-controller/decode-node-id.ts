import { invalid } from '../../control/fault.ts';

/** A required node id, as it came. Throws `invalid` when it is empty. */
export function decodeNodeId(nodeId: string): string {
  if (nodeId === '') throw invalid('node_id', 'is missing; it is required');
  return nodeId;
}
