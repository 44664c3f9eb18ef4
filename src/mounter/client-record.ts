import * as z from 'zod';
import { parseJson } from '../control/parse-json.ts';

/** What a client was started for: all that is needed to start another one in its place. */
export interface ClientRecord {
  readonly servers: readonly string[];
  readonly volume: string;
  /** `dir/dir`; absent: the volume's root. */
  readonly subdirectory?: string;
  /** Where the first client of this line was bound; names the log. */
  readonly target: string;
  readonly options: readonly string[];
  /** Never replaced: a device is made of one of its files. */
  readonly isPinned?: true;
  /** Which Gluster client it runs. */
  readonly clientId: string;
  /** ISO 8601. */
  readonly created: string;
  /** Clients whose mounts this one takes over, the latest first. */
  readonly replaces: readonly string[];
  /**
   * "major:minor" of its file system, once it was seen: what tells its binds when its own mount point was unmounted,
   * as a client does itself on SIGTERM. Absent when that was before the machine's last start.
   */
  readonly device?: string;
}

/** client.json. Read by later releases, which may add fields; `version` changes when an older one would go wrong. */
const schema = z.object({
  version: z.literal(1),
  servers: z.array(z.string()).min(1),
  volume: z.string(),
  subdirectory: z.string().exactOptional(),
  target: z.string(),
  options: z.array(z.string()),
  isPinned: z.literal(true).exactOptional(),
  clientId: z.string(),
  created: z.string(),
  replaces: z.array(z.string()),
  /** The device's numbers are given anew when the machine starts: they count for this boot alone. */
  served: z.object({ device: z.string(), boot: z.string() }).exactOptional(),
});

/** `boot`: the machine's /proc/sys/kernel/random/boot_id. */
export function formatRecord({ device, ...record }: ClientRecord, boot: string): string {
  const served = device === undefined ? {} : { served: { device, boot } };
  const content = { version: 1, ...record, ...served };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** Undefined for what is no record, or is one of a later form. */
export function parseRecord(text: string, boot: string): ClientRecord | undefined {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { version: _, served, ...record } = parsed.data;
  return served?.boot === boot ? { ...record, device: served.device } : record;
}
