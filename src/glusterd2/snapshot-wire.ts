/**
 * The messages of snapshots, in glusterd2's words as in `wire.ts`. A snapshot's name lies in the name space of
 * volumes. What is marked "addition" glusterd2 does not have; a real one leaves the fields out.
 */
import * as z from 'zod';
import { volumeInfo } from './wire.ts';

const bytes = z
  .number()
  .int()
  .nonnegative()
  .transform((value) => BigInt(value));
const exactBytes = z
  .number()
  .int()
  .positive()
  .max(Number.MAX_SAFE_INTEGER)
  .transform((value) => BigInt(value));
const name = z.string();
const textMap = z.record(z.string(), z.string());
const metadata = textMap.nullish().transform((map) => map ?? {});

export const snapInfo = z.object({
  /** The source as it was; `name` is the snapshot's, `state` is Started when it is active. */
  snapinfo: volumeInfo,
  /** The source volume's name. */
  parentname: z.string(),
  description: z.string().nullish(),
  /** RFC 3339; the gateway's has milliseconds: the moment in which all bricks stood still. */
  'created-at': z.string(),
  /** Addition: bytes that the source promised in that moment; a clone has at least as many. */
  capacity: bytes.exactOptional(),
  /** Addition: false while too few of its bricks can be reached for a clone. */
  ready: z.boolean().exactOptional(),
  /** Addition: bytes of devices that are promised to it, of all its bricks whose servers answer. */
  'snapshot-size': bytes.exactOptional(),
  /** Addition. */
  metadata: metadata.exactOptional(),
  /** Addition: the group that it was taken in. */
  group: z.string().exactOptional(),
});
export type SnapInfo = z.output<typeof snapInfo>;
export type SnapInfoWire = z.input<typeof snapInfo>;

/**
 * `GET /v1/snapshots?volume=V`. Addition: `limit=N&after=SNAPSHOT`, a page of N snapshots in order of their
 * names (by code unit); what follows is told by the last name of the page.
 */
export const snapList = z
  .array(
    z.object({
      parentname: z.string(),
      snaps: z
        .array(snapInfo)
        .nullish()
        .transform((list) => list ?? []),
    }),
  )
  .nullish()
  .transform((list) => list ?? []);
export type SnapListWire = z.input<typeof snapList>;

/** The same request again is success (addition); the name with another source is `conflict`. */
export const snapCreateRequest = z.strictObject({
  volname: name,
  snapname: name,
  /** glusterd2's: a time is appended to the name. The gateway refuses `true`: the name would differ in a retry. */
  timestamp: z.boolean().exactOptional(),
  description: z.string().max(1024).exactOptional(),
  force: z.boolean().exactOptional(),
  /** Addition. */
  metadata: textMap.exactOptional(),
});

export const snapActivateRequest = z.strictObject({ force: z.boolean().exactOptional() });

/**
 * glusterd2 makes a volume in state Created, of the source's size. The gateway's clone is started and healed
 * when it is told of (a start is success at once); while it is not, the answer is `busy` or `uncertain` and the
 * same request again goes on. Repeats safely.
 */
export const snapCloneRequest = z.strictObject({
  clonename: name,
  /** Addition: usable bytes, at least the snapshot's capacity, which is the default. */
  size: exactBytes.exactOptional(),
  /** Addition. */
  metadata: textMap.exactOptional(),
  /** Addition: beside those of the source, which the clone has too. */
  options: textMap.exactOptional(),
});

export const snapStatus = z.object({
  parentname: z.string(),
  /** The snapshot's name, glusterd2's field. */
  snaps: z.string(),
  id: z.string(),
  snapbrickstatus: z
    .array(z.object({ brick: z.unknown(), 'lvs-data': z.unknown().optional() }))
    .nullish()
    .transform((list) => list ?? []),
});

/** Addition: `POST /v1/snapshot-groups`; all members stand still in the same moment. Repeats safely. */
export const snapGroupRequest = z.strictObject({
  name,
  members: z
    .array(z.strictObject({ volname: name, snapname: name, metadata: textMap.exactOptional() }))
    .min(1)
    .max(64),
  metadata: textMap.exactOptional(),
});
/** `GET /v1/snapshot-groups/{name}`; 404 for one that does not exist. `DELETE` deletes its snapshots: 204. */
export const snapGroup = z.object({
  name: z.string(),
  'created-at': z.string(),
  /** True when all of them are there and are. */
  ready: z.boolean(),
  metadata,
  /** How many it was taken with. A delete that was interrupted leaves fewer. */
  size: z.number().int().positive(),
  members: z.array(snapInfo),
});
export type SnapGroup = z.output<typeof snapGroup>;
export type SnapGroupWire = z.input<typeof snapGroup>;
