/**
 * The messages of block volumes, in glusterd2's words as in `wire.ts`. A block volume of provider `virtblock` is the
 * directory `/<name>` of its hosting volume with the sparse file `disk`; its size is that of the file. What is marked
 * "addition" glusterd2 does not have.
 */
import * as z from 'zod';
import { bytes, listOf, volumeCreateRequest } from './wire.ts';

/** The file in the directory of a block volume that a loop device is made of. */
export const DISK_FILE = 'disk';

const exactBytes = z
  .number()
  .int()
  .positive()
  .max(Number.MAX_SAFE_INTEGER)
  .transform((value) => BigInt(value));
const textMap = z.record(z.string(), z.string());

/** Addition: how a hosting volume is made when there is none with room; the fields are those of a volume's create. */
export const hostingShape = volumeCreateRequest.pick({
  provisioner: true,
  replica: true,
  arbiter: true,
  disperse: true,
  'disperse-data': true,
  'disperse-redundancy': true,
  distribute: true,
  'limit-peers': true,
  'limit-zones': true,
  'exclude-peers': true,
  'exclude-zones': true,
  snapshot: true,
  options: true,
});

/**
 * `POST /v1/blockvolumes/virtblock`. Nothing is ever formatted. The same name, size and metadata again is success
 * (addition); another size or other metadata are `conflict`.
 */
export const blockCreateRequest = z.strictObject({
  name: z.string(),
  size: exactBytes,
  /** A volume with metadata `block-hosting: yes`. Absent: one with room is chosen, else made. */
  hostingvolume: z.string().exactOptional(),
  /** Bytes of a hosting volume that is made for it. */
  hostvolsize: exactBytes.exactOptional(),
  /** The same as `hostvol.replica`. */
  hostvolreplicacnt: z.number().int().positive().exactOptional(),
  /** glusterd2 formats the file; a gateway leaves that to the node. */
  blocktype: z.literal('raw').exactOptional(),
  /** Addition. */
  hostvol: hostingShape.exactOptional(),
  /** Addition: kept with the block volume. */
  metadata: textMap.exactOptional(),
  /** Addition: what it begins with, on `hostingvolume`, which is named then. At least as large as that. */
  source: z
    .union([z.strictObject({ snapshot: z.string() }), z.strictObject({ volume: z.string() })])
    .exactOptional(),
});
export type BlockCreateRequest = z.output<typeof blockCreateRequest>;
export type BlockCreateRequestWire = z.input<typeof blockCreateRequest>;

/** Addition: a node that may attach it. */
export const blockPublication = z.object({
  node: z.string(),
  addresses: listOf(z.string()),
  readonly: z.boolean(),
  /** The directory of the block volume that the node's client mounts; absent: itself, as with gateways before. */
  door: z
    .string()
    .nullish()
    .transform((door) => door ?? undefined)
    .optional(),
});
export type BlockPublication = z.output<typeof blockPublication>;

/** Reply of create, get, expand and publish, and an entry of `GET /v1/blockvolumes/virtblock`. */
export const blockVolumeInfo = z.object({
  hostingvolume: z.string(),
  name: z.string(),
  /** In a list: addition. */
  size: bytes,
  /** For iSCSI only. */
  hosts: listOf(z.string()),
  iqn: z.string().nullish(),
  /** Addition; not in a list. */
  metadata: textMap.nullish().transform((map) => map ?? {}),
  /** Addition: the nodes that may attach it. */
  published: listOf(blockPublication),
});
export type BlockVolumeInfo = z.output<typeof blockVolumeInfo>;
export type BlockVolumeInfoWire = z.input<typeof blockVolumeInfo>;

/** Addition: in order of name; a page with `limit=N&after=NAME`, of one hosting volume with `hostingvolume=V`. */
export const blockVolumeList = listOf(blockVolumeInfo);

/** Addition, `POST …/{name}/expand`: bytes in all. At least as large already: success, no change. */
export const blockExpandRequest = z.strictObject({ size: exactBytes });

/**
 * Addition, `POST …/{name}/publish`: the node's clients may mount `/<name>/<door>`, with the door that the reply has in
 * `published`. To one node, or to several `readonly`; else `wrong-state` naming the node that has it. The same again is
 * success, with the same door; other addresses take the place of those that were there. What is published anew, after
 * it was published to nobody, or otherwise, has a door that no client has mounted yet.
 */
export const blockPublishRequest = z.strictObject({
  node: z.string(),
  /** By which the node's connections reach the bricks: IPv4 or IPv6. */
  addresses: z.array(z.string()).min(1),
  readonly: z.boolean(),
});
export type BlockPublishRequest = z.output<typeof blockPublishRequest>;

/**
 * Addition, `POST …/{name}/unpublish`: 204 means that no write of that node's can come any more, whether it has
 * detached or not; also when it was not published, or the block volume is gone. Without `node`: all nodes.
 *
 * All requests for one block volume take `?hostingvolume=V`, which spares the gateway the search.
 */
export const blockUnpublishRequest = z.strictObject({ node: z.string().exactOptional() });

/**
 * Addition, `POST /v1/blocksnapshots/virtblock`: a snapshot of a block volume, which may be written meanwhile; it lies on
 * the same hosting volume and outlives its source. The answer comes when it is ready; `busy` before, and the same
 * request again goes on. The name with another source or other metadata is `conflict`.
 */
export const blockSnapshotRequest = z.strictObject({
  name: z.string(),
  volume: z.string(),
  hostingvolume: z.string().exactOptional(),
  metadata: textMap.exactOptional(),
});

/** Reply of create and get, and an entry of `GET /v1/blocksnapshots/virtblock?limit=N&after=NAME&volume=V`. */
export const blockSnapshotInfo = z.object({
  name: z.string(),
  /** Of which it is; it may be gone. */
  volume: z.string(),
  hostingvolume: z.string(),
  size: bytes,
  /** RFC 3339 with milliseconds: what was acknowledged before is in it. */
  'created-at': z.string(),
  /** False while the copies of its bricks are made alike. */
  ready: z.boolean(),
  metadata: textMap,
});
export type BlockSnapshotInfo = z.output<typeof blockSnapshotInfo>;
export type BlockSnapshotInfoWire = z.input<typeof blockSnapshotInfo>;
export const blockSnapshotList = listOf(blockSnapshotInfo);
