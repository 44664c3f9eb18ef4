import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../control/fault.ts';
import { parseJson } from '../../control/parse-json.ts';
import { writeDurably } from '../../host/durable-file.ts';
import { refuseNewer } from './brick-record.ts';
import type { Provisioner } from './brick-store.ts';

/** The file that makes a directory a device. */
export const MARK = '.gluster-csi-device';

/** Format 1, frozen (test/fixtures/brick-v1). */
const markV1 = z.object({
  v: z.literal(1),
  provisioner: z.enum(['loop', 'directory', 'lvm']),
  state: z.enum(['enabled', 'disabled']),
  /** Since thin bricks: the disk that the volume group is made of. */
  source: z.string().startsWith('/').exactOptional(),
});

export interface DeviceMark {
  readonly provisioner: Provisioner;
  readonly state: 'enabled' | 'disabled';
  readonly source?: string;
}

/** Undefined when the directory is no device. Throws `wrong-state` when the mark is damaged or newer. */
export async function readMark(device: string): Promise<DeviceMark | undefined> {
  const path = join(device, MARK);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new Fault('wrong-state', `${path} cannot be read; repair it by hand`, { cause: error });
  }
  const json = parseJson(text);
  refuseNewer(path, json);
  const parsed = markV1.safeParse(json);
  if (!parsed.success) throw new Fault('wrong-state', `${path} is damaged; repair it by hand`);
  const { v: _version, ...mark } = parsed.data;
  return mark;
}

export async function writeMark(device: string, mark: DeviceMark): Promise<void> {
  await writeDurably(join(device, MARK), `${JSON.stringify({ v: 1, ...mark })}\n`);
}

/** No such file, or a parent that is none. */
export function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
