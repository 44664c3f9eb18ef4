/**
 * glusterd2's REST contract: one zod schema a message, used by the driver's client and by the gateway's
 * server. Names and units are glusterd2's own (sizes in bytes). Replies ignore unknown keys, since a real
 * glusterd2 sends more; requests refuse them. What the gateway adds to glusterd2 is marked "addition" and
 * is listed by `GET /endpoints` under the name in `ADDITIONS`.
 */
import * as z from 'zod';

/** A size in bytes. glusterd2 can send more than 2^53 (an underflow of its own), which loses precision here. */
export const bytes = z
  .number()
  .nonnegative()
  .refine(Number.isInteger, 'must be a whole number of bytes')
  .transform((value) => BigInt(value));
/** A size in a request of ours: exact. */
const exactBytes = z
  .number()
  .int()
  .nonnegative()
  .max(Number.MAX_SAFE_INTEGER)
  .transform((value) => BigInt(value));
export const count = z.number().int().nonnegative();
const textMap = z.record(z.string(), z.string());
/** Go encodes an empty slice or map as null. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);

/** Names under which `GET /endpoints` lists what glusterd2 does not have. */
export const ADDITIONS = {
  /** `POST /v1/volumes/{v}/resize {"size": total}`: absolute size, idempotent. */
  resize: 'VolumeResize',
  /** `GET /v1/volumes?limit=N&after=NAME`: a page in order of name. */
  page: 'VolumeListPage',
  /** `DELETE /v1/devices/{peerid}/{path}`. */
  deviceDelete: 'DeviceDelete',
  /** `POST /v1/capacity`: what a new volume of a layout could have. */
  capacity: 'Capacity',
  /** `DELETE /v1/volumes/{v}` refuses while clients are connected, stops and deletes, and repeats safely. */
  safeDelete: 'VolumeSafeDelete',
  /**
   * `POST /v1/volumes/{v}/edit` with `expected`: the metadata become these if they are still as expected, else 409.
   * `DELETE /v1/volumes/{v}?key=K&value=V`: 409 unless its metadata have it.
   */
  exchange: 'VolumeExchange',
  /** Snapshots repeat safely, tell capacity, metadata and `ready`, page, and clone by size (`snapshot-wire.ts`). */
  snapshots: 'SnapshotSafe',
  /** `/v1/snapshot-groups`. */
  snapshotGroups: 'SnapshotGroups',
  /** Block volumes that are published to nodes, repeat safely and are never formatted (`block-wire.ts`). */
  blockPublish: 'BlockVolumePublish',
  /** `/v1/blockvolumes/gluster-block` over iSCSI: published to nodes, repeats safely (`iscsi-wire.ts`). */
  glusterBlock: 'GlusterBlockPublish',
  /** `/v1/blocksnapshots/virtblock`, and block volumes made of them or of each other (`block-wire.ts`). */
  blockSnapshots: 'BlockSnapshots',
} as const;

// --- errors -----------------------------------------------------------------------------------------
export const errorReply = z.object({
  errors: z
    .array(
      z.object({
        code: z.number(),
        message: z.string(),
        /** The gateway puts the Fault's kind in `fields.fault` (addition). */
        fields: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .min(1),
});
export type ErrorReply = z.input<typeof errorReply>;

// --- volumes ----------------------------------------------------------------------------------------
export const brickInfo = z.object({
  id: z.string(),
  path: z.string(),
  'volume-id': z.string(),
  'volume-name': z.string(),
  'peer-id': z.string(),
  host: z.string(),
  type: z.enum(['Brick', 'Arbiter']),
});
export type BrickInfo = z.output<typeof brickInfo>;

export const subvolInfo = z.object({
  name: z.string(),
  type: z.enum(['Distribute', 'Replicate', 'Disperse']),
  bricks: listOf(brickInfo),
  'replica-count': count,
  'arbiter-count': count,
  'disperse-count': count.exactOptional(),
  'disperse-data-count': count.exactOptional(),
  'disperse-redundancy-count': count.exactOptional(),
});

export const volumeState = z.enum(['Created', 'Started', 'Stopped']);
export const volumeInfo = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(['Distribute', 'Replicate', 'Disperse', 'Distributed-Replicate', 'Distributed-Disperse']),
  transport: z.string(),
  'distribute-count': count,
  'replica-count': count,
  'arbiter-count': count.exactOptional(),
  'disperse-count': count.exactOptional(),
  'disperse-data-count': count.exactOptional(),
  'disperse-redundancy-count': count.exactOptional(),
  options: textMap.nullish().transform((map) => map ?? {}),
  state: volumeState,
  subvols: listOf(subvolInfo),
  metadata: textMap.nullish().transform((map) => map ?? {}),
  'snap-list': listOf(z.string()),
  /** Bytes asked for; absent for volumes made of named bricks. */
  capacity: bytes.exactOptional(),
});
export type VolumeInfo = z.output<typeof volumeInfo>;
export type VolumeInfoWire = z.input<typeof volumeInfo>;
export const volumeList = listOf(volumeInfo);

export const brickRequest = z.strictObject({
  type: z.enum(['brick', 'arbiter', '']).exactOptional(),
  peerid: z.string(),
  path: z.string(),
});
export const subvolRequest = z.strictObject({
  type: z.enum(['distribute', 'replicate', 'disperse']).exactOptional(),
  bricks: z.array(brickRequest).min(1),
  replica: count.exactOptional(),
  arbiter: count.exactOptional(),
  'disperse-count': count.exactOptional(),
  'disperse-data': count.exactOptional(),
  'disperse-redundancy': count.exactOptional(),
});
const createFlags = {
  'reuse-bricks': z.boolean().exactOptional(),
  'allow-root-dir': z.boolean().exactOptional(),
  'allow-mount-as-brick': z.boolean().exactOptional(),
  'create-brick-dir': z.boolean().exactOptional(),
};
export const volumeCreateRequest = z.strictObject({
  name: z.string(),
  transport: z.literal('tcp').exactOptional(),
  /** Bricks by name; required when size is 0. */
  subvols: z.array(subvolRequest).exactOptional(),
  /** Usable bytes; more than 0 asks for a volume by size ("smart"). */
  size: exactBytes.exactOptional(),
  /** `loop`, `directory` (addition) or `lvm`. glusterd2's default is lvm, the gateway's loop. */
  provisioner: z.enum(['loop', 'directory', 'lvm']).exactOptional(),
  replica: count.exactOptional(),
  arbiter: count.exactOptional(),
  'average-file-size': exactBytes.exactOptional(),
  disperse: count.exactOptional(),
  'disperse-data': count.exactOptional(),
  'disperse-redundancy': count.exactOptional(),
  distribute: count.exactOptional(),
  'limit-peers': z.array(z.string()).exactOptional(),
  'limit-zones': z.array(z.string()).exactOptional(),
  'exclude-peers': z.array(z.string()).exactOptional(),
  'exclude-zones': z.array(z.string()).exactOptional(),
  /** False (glusterd2's default): a zone serves one brick set once. The gateway always lets subvolumes share zones. */
  'subvolume-zones-overlap': z.boolean().exactOptional(),
  snapshot: z.boolean().exactOptional(),
  'snapshot-reserve-factor': z.number().min(1).exactOptional(),
  options: textMap.exactOptional(),
  metadata: textMap.exactOptional(),
  force: z.boolean().exactOptional(),
  flags: z.strictObject(createFlags).exactOptional(),
});
export type VolumeCreateRequest = z.output<typeof volumeCreateRequest>;
export type VolumeCreateRequestWire = z.input<typeof volumeCreateRequest>;

export const volumeStartRequest = z.strictObject({ 'force-start-bricks': z.boolean().exactOptional() });
/** glusterd2's expand: `size` is ADDED when distribute equals the number of subvolumes; else by bricks. */
export const volumeExpandRequest = z.strictObject({
  size: exactBytes.exactOptional(),
  distribute: count.exactOptional(),
  replica: count.exactOptional(),
  bricks: z.array(brickRequest).exactOptional(),
  force: z.boolean().exactOptional(),
  flags: z.strictObject(createFlags).exactOptional(),
});
/** Addition: the size the volume shall have, in bytes. */
export const volumeResizeRequest = z.strictObject({ size: exactBytes });
export const volumeEditRequest = z.strictObject({
  metadata: textMap,
  'delete-metadata': z.boolean().exactOptional(),
  /** Addition: what is there, without the server's own; `metadata` is put in its place. */
  expected: textMap.exactOptional(),
});
export const volumeOptionsRequest = z.strictObject({
  options: textMap,
  'allow-advanced-options': z.boolean().exactOptional(),
  'allow-experimental-options': z.boolean().exactOptional(),
  'allow-deprecated-options': z.boolean().exactOptional(),
});
export const volumeOptionsResetRequest = z.strictObject({
  options: z.array(z.string()).exactOptional(),
  force: z.boolean().exactOptional(),
  all: z.boolean().exactOptional(),
});
export const volumeOption = z.object({
  name: z.string(),
  value: z.string(),
  modified: z.boolean(),
  'default-value': z.string(),
  'option-level': z.string(),
});

export const size = z.object({ capacity: bytes, used: bytes, free: bytes });
export const volumeStatus = z.object({ info: volumeInfo, online: z.boolean(), size });
export type VolumeStatus = z.output<typeof volumeStatus>;
export const brickStatus = z.object({
  info: brickInfo,
  online: z.boolean(),
  pid: z.number(),
  port: z.number(),
  'fs-type': z.string(),
  'mount-opts': z.string(),
  device: z.string(),
  size,
});
export const brickStatusList = listOf(brickStatus);
export const brickHealInfo = z.object({
  'host-id': z.string(),
  name: z.string(),
  status: z.string(),
  'total-entries': z.number().exactOptional(),
  'entries-in-heal-pending': z.number().exactOptional(),
  'entries-in-split-brain': z.number().exactOptional(),
  'entries-possibly-healing': z.number().exactOptional(),
});
export const healInfo = listOf(brickHealInfo);

// --- peers and capacity -----------------------------------------------------------------------------
export const peer = z.object({
  id: z.string(),
  name: z.string(),
  'peer-addresses': listOf(z.string()),
  /** What a node mounts from, "host:24007". */
  'client-addresses': listOf(z.string()),
  online: z.boolean(),
  pid: z.number().exactOptional(),
  /** `_zone` is the zone. */
  metadata: textMap.nullish().transform((map) => map ?? {}),
});
export type Peer = z.output<typeof peer>;
export const peerList = listOf(peer);
export const peerAddRequest = z.strictObject({
  addresses: z.array(z.string()).min(1),
  zone: z.string().exactOptional(),
  metadata: textMap.exactOptional(),
});

/** Addition: asks what a volume of this layout could have; the fields are those of a create request. */
export const capacityRequest = volumeCreateRequest.pick({
  provisioner: true,
  replica: true,
  arbiter: true,
  disperse: true,
  'disperse-data': true,
  'disperse-redundancy': true,
  distribute: true,
  'limit-zones': true,
  'limit-peers': true,
});
/** Bytes that new volumes of the layout could have in all, and the largest single one. */
export const capacityReply = z.object({ available: bytes, 'maximum-volume-size': bytes });

// --- the rest ---------------------------------------------------------------------------------------
export const version = z.object({ 'glusterd-version': z.string(), 'api-version': z.number() });
export const endpoint = z.object({
  name: z.string(),
  description: z.string(),
  methods: z.string(),
  path: z.string(),
  'request-type': z.string(),
  'response-type': z.string(),
});
export const endpointList = z.array(endpoint);
export const event = z.object({
  id: z.string(),
  name: z.string(),
  data: textMap.nullish().transform((map) => map ?? {}),
  origin: z.string(),
  /** RFC 3339. */
  timestamp: z.string(),
});
export const eventList = listOf(event);
