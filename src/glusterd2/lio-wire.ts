/**
 * The messages of block volumes of provider `lio`, which glusterd2 does not have: a block volume as in
 * `block-wire.ts`, exported over iSCSI by one server of the pool at a time.
 */
import * as z from 'zod';
import { blockVolumeInfo } from './block-wire.ts';
import { listOf } from './wire.ts';

const IQN = /^iqn\.\d{4}-\d{2}\.[a-z0-9.-]{1,100}(?::[a-z0-9.:_-]{1,110})?$/;
const NODE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
/** The kernel's target takes a value that begins so for none. */
const CHAP_TEXT = /^(?!NULL)[\x21-\x7e]{1,255}$/;

const login = z.strictObject({
  username: z.string().regex(CHAP_TEXT, 'is 1 to 255 printable characters without blanks'),
  /** RFC 7143 asks for 96 bits. */
  password: z.string().min(12).regex(CHAP_TEXT, 'is 12 to 255 printable characters without blanks'),
});
export const chap = z
  .strictObject({ ...login.shape, mutual: login.exactOptional() })
  .refine(({ password, mutual }) => password !== mutual?.password, {
    error: 'is the same in both directions; the target would answer with what it was asked',
  });

/**
 * `POST …/{name}/publish`: the initiator may log in. One node at a time may write, unless all that may are `shared`.
 * The same again is success; another initiator, mode or CHAP take the place of those that were there.
 */
export const lioPublishRequest = z.strictObject({
  node: z.string().regex(NODE, 'is 1 to 253 of A-Z, a-z, 0-9, ".", "_" and "-"'),
  initiator: z.string().regex(IQN, 'is no iSCSI name that begins with "iqn."'),
  readonly: z.boolean(),
  shared: z.boolean().exactOptional(),
  chap: chap.exactOptional(),
});
export type LioPublishRequest = z.output<typeof lioPublishRequest>;

/** `POST …/{name}/move`: to this server, by peer id or by its name in the pool, else to the one with the fewest. */
export const lioMoveRequest = z.strictObject({ to: z.string().exactOptional() });

const published = z.object({
  node: z.string(),
  initiator: z.string(),
  readonly: z.boolean(),
  shared: z.boolean(),
});

/** Reply of create, get, expand, publish and move, and an entry of the list. */
export const lioVolumeInfo = blockVolumeInfo.omit({ published: true, iqn: true }).extend({
  /** `hosts`: the addresses of `portals`; all empty while no node has it, in a list too. */
  portals: listOf(z.string()),
  iqn: z.string(),
  lun: z.literal(0),
  /** The LUN's unit serial, a UUID; initiators see `naa.6001405` and its first 25 digits. */
  wwn: z.string(),
  published: listOf(published),
});
export type LioVolumeInfo = z.output<typeof lioVolumeInfo>;
export type LioVolumeInfoWire = z.input<typeof lioVolumeInfo>;
export const lioVolumeList = listOf(lioVolumeInfo);
