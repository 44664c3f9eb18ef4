import type { Lab } from '../lab/lab.ts';

export interface BrickPlace {
  readonly host: string;
  readonly path: string;
}

/** What differs between the bricks of a replica set: names, and contents unless one is an arbiter. */
export async function differences(
  lab: Lab,
  bricks: readonly BrickPlace[],
  withContents: boolean,
): Promise<readonly string[]> {
  const listing = withContents
    ? 'find . -path ./.glusterfs -prune -o -type f -exec md5sum {} + | sort -k2; find . -path ./.glusterfs -prune -o -type d -print | sort'
    : 'find . -path ./.glusterfs -prune -o -print | sort';
  const seen = await Promise.all(
    bricks.map(async ({ host, path }) => {
      const server = lab.servers.find(({ name }) => name === host);
      return (await server?.machine.must(['sh', '-c', `cd ${path} && { ${listing}; }`]))?.split('\n') ?? [];
    }),
  );
  const [first = []] = seen;
  return seen
    .slice(1)
    .flatMap((other, index) => [
      ...first.filter((line) => !other.includes(line)).map((line) => `only in 0: ${line}`),
      ...other.filter((line) => !first.includes(line)).map((line) => `only in ${index + 1}: ${line}`),
    ]);
}
