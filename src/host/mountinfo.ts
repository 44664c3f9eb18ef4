import { readFile } from 'node:fs/promises';
import type { Mount } from '../staging/host.ts';

/** All mounts of this process's mount namespace, oldest first. Reads /proc alone, never a mounted path. */
export async function readMounts(): Promise<readonly Mount[]> {
  return parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Reads the text of /proc/<pid>/mountinfo (proc(5)). Throws on a line that it does not understand. */
export function parseMountinfo(text: string): readonly Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
}

/** What lies on top at a target: the last of the mounts there. */
export function topMount(mounts: readonly Mount[], target: string): Mount | undefined {
  return mounts.findLast((mount) => mount.target === target);
}

/** `36 35 98:0 /root /target rw,noatime shared:1 master:2 - ext4 /dev/sda1 rw,errors=continue` */
function parseLine(line: string): Mount {
  const fields = line.split(' ');
  // Any number of optional fields stands before the separator. The source may be empty: no filter(Boolean).
  const separator = fields.indexOf('-', 6);
  const [id, , device, root, target, options] = fields;
  const [fsType, source, superOptions] = separator < 0 ? [] : fields.slice(separator + 1);
  if (
    device === undefined ||
    root === undefined ||
    target === undefined ||
    options === undefined ||
    fsType === undefined ||
    source === undefined ||
    superOptions === undefined
  )
    throw new Error(`mountinfo has a line of an unknown form: ${JSON.stringify(line)}`);
  return {
    id: Number(id),
    device,
    root: decode(root),
    target: decode(target),
    options: decode(options).split(','),
    fsType: decode(fsType),
    source: decode(source),
    superOptions: decode(superOptions).split(','),
  };
}

/** The kernel writes space, tab, newline, backslash and some others as three octal digits. */
function decode(text: string): string {
  if (!text.includes('\\')) return text;
  // Consecutive escapes are bytes of one UTF-8 text, so they are decoded as bytes.
  return text.replaceAll(/(?:\\[0-3][0-7]{2})+/g, (escapes) =>
    Buffer.from(
      escapes
        .slice(1)
        .split('\\')
        .map((digits) => Number.parseInt(digits, 8)),
    ).toString('utf8'),
  );
}
