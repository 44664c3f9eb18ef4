/** What gateways ask of each other about files of block volumes, under /internal/v1/files/. */
import * as z from 'zod';

const name = '[A-Za-z0-9_.][A-Za-z0-9_-]{0,229}';
/** That of a block volume, or of a snapshot or a half-made one. */
const path = z.string().regex(new RegExp(`^(?:\\.gluster-csi/(?:making|snapshots)/)?${name}/disk$`));
const own = z.string().regex(new RegExp(`^\\.gluster-csi/(?:making|snapshots)/${name}/disk$`));
const block = z.number().int().nonnegative();
const bytes = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);

const file = z.strictObject({
  volume: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/),
  brick: z.string().startsWith('/'),
  path,
});

export const lookRequest = z.strictObject({ file });
export const lookReply = z.object({ gfid: z.string(), size: bytes, blames: z.boolean() });
export const cloneRequest = z.strictObject({ file, to: own });
export const cloneReply = z.object({ size: bytes });
export const digestRequest = z.strictObject({
  file,
  range: z.strictObject({
    first: block,
    count: block.max(65_536),
    keys: z.tuple([z.string().regex(/^\d{1,19}$/), z.string().regex(/^\d{1,19}$/)]),
  }),
});
export const digestReply = z.object({ blocks: z.array(z.tuple([block, z.string()])) });
export const spreadRequest = z.strictObject({
  file: file.extend({ path: own }),
  blocks: z.array(block).max(65_536),
});
