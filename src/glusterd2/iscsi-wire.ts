/**
 * The messages of block volumes over iSCSI, in glusterd2's words as in `block-wire.ts`. Replies of create, get,
 * expand and publish say where the LUN is: `portals` and `iqn`, LUN 0, and `wwn`, the serial of the unit, by which an
 * initiator knows it. What is marked "addition" glusterd2 does not have.
 */
import * as z from 'zod';
import { blockCreateRequest, blockVolumeInfo } from './block-wire.ts';
import { count, listOf } from './wire.ts';

const INITIATOR = /^iqn\.\d{4}-\d{2}\.[A-Za-z0-9.-]{1,190}(?::[A-Za-z0-9._:-]{1,190})?$/;
export const initiatorName = z.string().max(223).regex(INITIATOR, 'is no iSCSI initiator name (iqn.…)');
const address = z.string();

/**
 * `POST /v1/blockvolumes/gluster-block`. The same again is success (addition). Either `size`, or the `storage` that it
 * is made of.
 */
export const glusterBlockCreateRequest = blockCreateRequest.extend({
  size: blockCreateRequest.shape.size.exactOptional(),
  /** On how many servers it is exported; 1 if absent. */
  hacount: z.number().int().min(1).max(16).exactOptional(),
  /** CHAP, with a password of gluster-block's own, told in this reply only. */
  auth: z.boolean().exactOptional(),
  /** Addition: IPv4 addresses of the servers that export it, in place of a choice. */
  hosts: z.array(address).min(1).exactOptional(),
  /** Addition: a file in /block-store of the named hosting volume, which becomes the block volume's. */
  storage: z.string().exactOptional(),
});
export type GlusterBlockCreateRequest = z.output<typeof glusterBlockCreateRequest>;

export const iscsiPublication = z.object({
  node: z.string(),
  /** Addition. */
  initiator: z.string(),
  readonly: z.boolean(),
});
export type IscsiPublication = z.output<typeof iscsiPublication>;

export const iscsiVolumeInfo = blockVolumeInfo.extend({
  hacount: count.exactOptional(),
  iqn: z.string(),
  /** Addition: `10.0.0.1:3260`, one for each host. */
  portals: listOf(z.string()),
  /** Addition. */
  lun: z.literal(0),
  /** Addition. */
  wwn: z.string(),
  /** Of a create with `auth` only. */
  username: z.string().exactOptional(),
  password: z.string().exactOptional(),
  published: listOf(iscsiPublication),
});
export type IscsiVolumeInfoWire = z.input<typeof iscsiVolumeInfo>;

const chapPair = z.strictObject({ username: z.string().min(1), password: z.string().min(1) });

/** Addition, `POST …/{name}/publish`: to one node that writes, or to several that read, or write when all share it. */
export const iscsiPublishRequest = z.strictObject({
  node: z.string(),
  initiator: initiatorName,
  readonly: z.boolean(),
  shared: z.boolean().exactOptional(),
  chap: chapPair.extend({ mutual: chapPair.exactOptional() }).exactOptional(),
});
export type IscsiPublishRequest = z.output<typeof iscsiPublishRequest>;

/**
 * Addition, `POST …/{name}/unpublish`: 204 means that no write of that node's can come any more. Without `node`: all.
 * `clean` of provider gluster-block is the caller's word that the node has logged out, or is off, for good.
 */
export const iscsiUnpublishRequest = z.strictObject({
  node: z.string().exactOptional(),
  clean: z.boolean().exactOptional(),
});

/** Addition, `POST …/{name}/auth`; the reply has `username` and `password` when enabled. */
export const blockAuthRequest = z.strictObject({ enabled: z.boolean() });

/** Addition, `POST …/{name}/replace`: IPv4 addresses of servers. */
export const blockReplaceRequest = z.strictObject({ from: address, to: address });
