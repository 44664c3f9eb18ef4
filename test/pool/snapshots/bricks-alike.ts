import type { BrickInfo, VolumeInfo } from '../../../src/glusterd2/wire.ts';
import type { Lab } from '../lab/lab.ts';

/** Without what is Gluster's own: also a directory for names in the middle of a heal, made on each brick as it is needed. */
const FOUND = "find . -path './.glusterfs*' -prune -o";
const NAMES = `${FOUND} -printf '%y %m %p\\n'`;
const CONTENTS = `${FOUND} -type f -exec md5sum {} +`;
/** Of a fragment: how often its file was changed, the file's size, and changes begun and not ended (`dirty`). */
const STATES = `${FOUND} -type f -exec getfattr -d -m trusted.ec -e hex {} + | awk '/^# file/ {f=$3} /=/ {print f, $0}'`;
const ZERO = /=0x0+$/;

/** What differs between the bricks of a set: names, and what is in the files; an arbiter has only names. */
export async function differences(
  lab: Lab,
  { type, bricks }: VolumeInfo['subvols'][number],
): Promise<readonly string[]> {
  if (type === 'Distribute') return [];
  const each = (some: readonly BrickInfo[], command: string) =>
    Promise.all(some.map((brick) => list(lab, brick, command)));
  const names = await each(bricks, NAMES);
  const holders = bricks.filter((brick) => brick.type !== 'Arbiter');
  if (type === 'Replicate') return [...compare(names), ...compare(await each(holders, CONTENTS))];
  const states = (await each(holders, STATES)).map((lines) => lines.filter((line) => !ZERO.test(line)));
  const dirty = states.flat().filter((line) => line.includes('trusted.ec.dirty'));
  return [...compare(names), ...compare(states), ...dirty];
}

/** Names of the files that a set holds and that match, those left out that only point to another set. */
export async function filesIn(
  lab: Lab,
  { bricks }: VolumeInfo['subvols'][number],
  pattern: string,
): Promise<readonly string[]> {
  const [first] = bricks;
  return first === undefined
    ? []
    : list(lab, first, `find . -maxdepth 1 -type f -name '${pattern}' ! -perm 1000`);
}

async function list(lab: Lab, { host, path }: BrickInfo, command: string): Promise<readonly string[]> {
  const server = lab.servers.find(({ name }) => name === host);
  if (server === undefined) throw new Error(`the lab has no server ${host}`);
  const listed = await server.machine.must(['sh', '-c', `cd ${path} && ${command}`], { timeoutMs: 60_000 });
  return listed.split('\n').filter((line) => line !== '');
}

function compare(seen: readonly (readonly string[])[]): readonly string[] {
  const [first = new Set<string>(), ...others] = seen.map((lines) => new Set(lines));
  return others.flatMap((other, index) => [
    ...[...first].filter((line) => !other.has(line)).map((line) => `only in 0: ${line}`),
    ...[...other].filter((line) => !first.has(line)).map((line) => `only in ${index + 1}: ${line}`),
  ]);
}
