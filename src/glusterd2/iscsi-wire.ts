/**
 * The messages of block volumes over iSCSI, of the providers `lio` and `gluster-block`, in glusterd2's words as in
 * `block-wire.ts`. Where the LUN is, `portals`, `iqn` and `wwn`, is so at the moment: the next publish may tell of
 * another place. What is marked "addition" glusterd2 does not have; it has no provider `lio` either.
 */
import * as z from 'zod';
import { blockCreateRequest, blockVolumeInfo } from './block-wire.ts';
import { count, listOf } from './wire.ts';

const INITIATOR = /^iqn\.\d{4}-\d{2}\.[A-Za-z0-9.-]{1,190}(?::[A-Za-z0-9._:-]{1,190})?$/;
const NODE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
/** The kernel's target takes a value that begins so for none. */
const CHAP_TEXT = /^(?!NULL)[\x21-\x7e]{1,255}$/;
const address = z.string();

/** `POST /v1/blockvolumes/lio`. */
export const iscsiCreateRequest = blockCreateRequest.extend({
  source: z.never({ error: 'is served by provider virtblock only' }).exactOptional(),
});

/**
 * `POST /v1/blockvolumes/gluster-block`. The same again is success (addition). Either `size`, or the `storage` that it
 * is made of.
 */
export const glusterBlockCreateRequest = iscsiCreateRequest.extend({
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
  /** Addition: other nodes may write it too. */
  shared: z.boolean(),
});
export type IscsiPublication = z.output<typeof iscsiPublication>;

/** Reply of create, get, expand and publish, and an entry of a list. */
export const iscsiVolumeInfo = blockVolumeInfo.extend({
  /** Of provider gluster-block. */
  hacount: count.exactOptional(),
  /** Empty, as are `hosts` and `portals`, while nobody exports it: of lio, while no node has it. */
  iqn: z.string(),
  /** Addition: `10.0.0.1:3260`, on `hosts`. */
  portals: listOf(z.string()),
  /** Addition. */
  lun: z.literal(0),
  /** Addition: the unit's serial, a UUID, by which initiators know the disk; empty before it has one. */
  wwn: z.string(),
  /** Of a create with `auth` only. */
  username: z.string().exactOptional(),
  password: z.string().exactOptional(),
  published: listOf(iscsiPublication),
});
export type IscsiVolumeInfo = z.output<typeof iscsiVolumeInfo>;
export type IscsiVolumeInfoWire = z.input<typeof iscsiVolumeInfo>;
export const iscsiVolumeList = listOf(iscsiVolumeInfo);

const login = z.strictObject({
  username: z.string().regex(CHAP_TEXT, 'is 1 to 255 printable characters without blanks'),
  /** RFC 7143 asks for 96 bits. */
  password: z.string().min(12).regex(CHAP_TEXT, 'is 12 to 255 printable characters without blanks'),
});
const chap = login
  .extend({ mutual: login.exactOptional() })
  .refine(({ password, mutual }) => password !== mutual?.password, {
    error: 'is the same in both directions; the target would answer with what it was asked',
  });

/**
 * Addition, `POST …/{name}/publish`: to one node that writes, or to several that read, or write when all share it. The
 * same again is success; another initiator, mode or CHAP take the place of those that were there.
 */
export const iscsiPublishRequest = z.strictObject({
  node: z.string().regex(NODE, 'is 1 to 253 of A-Z, a-z, 0-9, ".", "_" and "-"'),
  /** In small letters, as targets compare it (RFC 7143). */
  initiator: z.string().max(223).regex(INITIATOR, 'is no iSCSI initiator name (iqn.…)').toLowerCase(),
  readonly: z.boolean(),
  shared: z.boolean().exactOptional(),
  chap: chap.exactOptional(),
});
export type IscsiPublishRequest = z.output<typeof iscsiPublishRequest>;

/**
 * Addition, `POST …/{name}/unpublish`: 204 means that no write of that node's can come any more. Without `node`: all.
 * `clean` is the caller's word that the node has logged out, or is off, for good: gluster-block then keeps the target.
 */
export const iscsiUnpublishRequest = z.strictObject({
  node: z.string().exactOptional(),
  clean: z.boolean().exactOptional(),
});

/**
 * Addition, `POST /v1/blockvolumes/lio/{name}/move`: to this server, by peer id or by its name in the pool, else to the
 * one with the fewest.
 */
export const lioMoveRequest = z.strictObject({ to: z.string().exactOptional() });

/** Addition, `POST /v1/blockvolumes/gluster-block/{name}/auth`; the reply has `username` and `password` when enabled. */
export const blockAuthRequest = z.strictObject({ enabled: z.boolean() });

/** Addition, `POST /v1/blockvolumes/gluster-block/{name}/replace`: IPv4 addresses of servers. */
export const blockReplaceRequest = z.strictObject({ from: address, to: address });
