import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { Fault } from '../../control/fault.ts';
import { parseJson } from '../../control/parse-json.ts';
import { type IscsiPublishRequest, iscsiPublishRequest } from '../../glusterd2/iscsi-wire.ts';

/** Beside a disk: how it is exported. */
export const EXPORT_FILE = 'export.json';

/**
 * The truth of an export, in a file beside the disk: who may log in, with which secrets. Only storage servers can
 * mount it, and only the present exporter's mount of it can write.
 */
const exportState = z.object({
  v: z.literal(1),
  wwn: z.uuid(),
  /** Another one whenever the first node of several comes: see `iqnOf`. */
  term: z.string().regex(/^[0-9a-f]{8}$/),
  /** Of the last exporter that built it; its configuration decides. */
  portals: z.array(z.string()),
  acls: z.array(iscsiPublishRequest),
});
export type ExportState = Omit<z.output<typeof exportState>, 'v'>;

/** Throws `wrong-state` for one of a newer gateway. */
export function parseState(text: string): ExportState {
  const parsed = exportState.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Fault('wrong-state', 'how it is exported was written by a newer gateway; upgrade this gateway');
}

export function formatState(state: ExportState): string {
  return `${JSON.stringify({ v: 1, ...state })}\n`;
}

/**
 * With this node among those that may log in. Throws `wrong-state` naming the node that has it when one of the two
 * writes and not both are shared, `conflict` for what could not be told apart.
 */
export function withNode(state: ExportState, wanted: IscsiPublishRequest): ExportState {
  const others = state.acls.filter(({ node }) => node !== wanted.node);
  const obstacle = others.find((other) => !goTogether(other, wanted));
  if (obstacle !== undefined) {
    throw new Fault(
      'wrong-state',
      `it is published to node ${obstacle.node}${obstacle.readonly ? ' read-only' : ''}; unpublish it there first`,
    );
  }
  const twin = others.find(({ initiator }) => initiator === wanted.initiator);
  if (twin !== undefined) {
    throw new Fault(
      'conflict',
      `node ${twin.node} has the same initiator name ${wanted.initiator}; give each node its own`,
    );
  }
  if (others.some(({ chap }) => (chap === undefined) !== (wanted.chap === undefined)))
    throw new Fault('conflict', 'some of its nodes have CHAP secrets and some have none; give all or none');
  const acls = [...others, wanted].toSorted((one, other) => (one.node < other.node ? -1 : 1));
  return isDeepStrictEqual(acls, state.acls) ? state : { ...state, acls };
}

/** Without this node, or without any. */
export function withoutNode(state: ExportState, node: string | undefined): ExportState {
  const acls = state.acls.filter((acl) => node !== undefined && acl.node !== node);
  return acls.length === state.acls.length ? state : { ...state, acls };
}

function goTogether(one: IscsiPublishRequest, other: IscsiPublishRequest): boolean {
  return (one.readonly && other.readonly) || (one.shared === true && other.shared === true);
}
