import { mkdir, writeFile } from 'node:fs/promises';
import { command } from './command.ts';

export interface NetworkMember {
  readonly name: string;
  readonly address: string;
}

/**
 * One bridge in a namespace of its own with every machine on it; the machine's real network takes no part, so that
 * labs side by side may use the same addresses. Each namespace is held by a mount at `<folder>/<name>/net`.
 */
export interface Network {
  readonly members: readonly NetworkMember[];
  /** Where the namespace of a member is. */
  namespace(name: string): string;
  /** Takes the member off the bridge: packets vanish, nobody is told. */
  cut(name: string): Promise<void>;
  restore(name: string): Promise<void>;
}

const BRIDGE = 'bridge';

export async function makeNetwork(folder: string, members: readonly NetworkMember[]): Promise<Network> {
  const namespace = (name: string) => `${folder}/${name}/net`;
  await Promise.all(
    [BRIDGE, ...members.map(({ name }) => name)].map((name) => makeNamespace(namespace(name))),
  );
  await configureNetwork(namespace(BRIDGE), [
    'link set lo up',
    'link add br0 type bridge',
    'link set br0 up',
    ...members.flatMap(({ name }) => [
      `link add ${name} type veth peer name eth0 netns ${namespace(name)}`,
      `link set ${name} master br0 up`,
    ]),
  ]);
  await Promise.all(
    members.map(({ name, address }) =>
      configureNetwork(namespace(name), [
        'link set lo up',
        `addr add ${address}/24 dev eth0`,
        'link set eth0 up',
      ]),
    ),
  );
  return {
    members,
    namespace,
    cut: (name) => configureNetwork(namespace(BRIDGE), [`link set ${name} down`]),
    restore: (name) => configureNetwork(namespace(BRIDGE), [`link set ${name} up`]),
  };
}

async function makeNamespace(path: string): Promise<void> {
  await mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  await writeFile(path, '');
  await command(['unshare', `--net=${path}`, 'true']);
}

/** Has `ip -batch` do these lines in the namespace. */
export async function configureNetwork(namespace: string, lines: readonly string[]): Promise<void> {
  const input = `${lines.join('\n')}\n`;
  await command(['nsenter', `--net=${namespace}`, 'ip', '-batch', '-'], { input });
}
