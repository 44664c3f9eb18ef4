import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { invalid } from './control/fault.ts';
import { CLUSTER_NAME, parseClusterName } from './volumes/ids.ts';

/**
 * The only reader of process.env and of configuration files. A flag `--node-id` may also be given as the
 * environment variable `GLUSTER_CSI_NODE_ID`; the flag wins.
 */
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$/;
const host = z.string().regex(HOST, 'is no host name or address');
const absolutePath = z.string().startsWith('/', 'must be an absolute path');

export const clusterConfig = z.strictObject({
  name: z
    .string()
    .regex(CLUSTER_NAME, 'is not 1 to 32 of a-z, 0-9 and "-", beginning and ending without a dash')
    .transform((name) => parseClusterName(name)),
  /** Base URLs of the gateways (or of glusterd2), tried in turn. Used by the controller. */
  gateways: z.array(z.url({ protocol: /^https?$/ })).default([]),
  /** What nodes mount from: the first is the volfile server, the others stand in for it. Used by the node. */
  servers: z.array(host).min(1),
  /** JWT issuer. */
  user: z.string().default('glustercli'),
  /** The JWT key; the file must not be readable by everybody. Used by the controller. */
  secretFile: absolutePath.exactOptional(),
  /** Certificates that sign the gateways' own; default the system's. */
  caFile: absolutePath.exactOptional(),
  /** Allows http:// gateways beyond loopback. */
  insecure: z.boolean().default(false),
  /** Per request to a gateway, milliseconds. */
  timeoutMs: z.number().int().positive().default(120_000),
});
export type ClusterConfig = z.output<typeof clusterConfig>;

/** `<cluster>/<volume>`, or a directory of it: `<cluster>/<volume>/<directory>…`. */
const inlineVolume = z
  .string()
  .regex(/^[a-z0-9-]{1,32}\/[A-Za-z0-9_-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/, {
    error: 'is no <cluster>/<volume>[/<directory>…]',
  });

export const driverConfig = z.strictObject({
  version: z.literal(1),
  clusters: z.array(clusterConfig).min(1),
  /** Which volumes a pod's own spec may mount, from which namespaces; by default none. Used by the node. */
  inline: z
    .strictObject({
      allow: z.array(
        z.strictObject({
          namespaces: z.array(z.string().regex(/^[a-z0-9-]{1,63}$/)).min(1),
          volumes: z.array(inlineVolume).min(1),
        }),
      ),
    })
    .prefault({ allow: [] }),
});
export type DriverConfig = z.output<typeof driverConfig>;

const keyConfig = z.strictObject({ issuer: z.string().min(1), keyFile: absolutePath });
export const gatewayConfig = z.strictObject({
  version: z.literal(1),
  listen: z
    .strictObject({
      address: z.string().default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(24_010),
    })
    .prefault({}),
  /** Allows plain http beyond loopback. */
  insecure: z.boolean().default(false),
  /** Reloaded when the files change. `caFile` signs the other gateways' certificates. */
  tls: z
    .strictObject({ certFile: absolutePath, keyFile: absolutePath, caFile: absolutePath })
    .exactOptional(),
  /** Who may call the API, and who may call what gateways ask of each other; two keys, two issuers. */
  auth: z.strictObject({ driver: keyConfig, peers: keyConfig }),
  /** The name by which the pool knows this server. */
  hostname: host,
  /** Where the other servers' gateways listen. */
  peerPort: z.number().int().min(1).max(65_535).default(24_010),
  zone: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
    .exactOptional(),
  /** Devices and named bricks lie below these directories and nowhere else. */
  deviceRoots: z.array(absolutePath).min(1),
  /** Disks that may become volume groups for thin bricks, and where these are mounted. */
  lvm: z
    .strictObject({
      disks: z.array(absolutePath.startsWith('/dev/')).min(1),
      mountRoot: absolutePath.default('/var/lib/gluster-csi/lvm'),
    })
    .exactOptional(),
  /** Put on every volume made here. */
  access: z
    .strictObject({
      /** Client addresses for auth.allow; default nobody is kept out by address ("*"). */
      addresses: z
        .array(z.string().regex(/^[0-9A-Fa-f.:*/]+$/))
        .min(1)
        .exactOptional(),
      /** Encrypts the data path; clients need a certificate with one of these names (auth.ssl-allow). */
      commonNames: z
        .array(z.string().regex(/^[A-Za-z0-9._-]+$/))
        .min(1)
        .exactOptional(),
    })
    .prefault({}),
  /** The server's cgroups: the watchdog of a freeze lives there in a group of its own, gluster-csi/freeze. */
  cgroupDirectory: absolutePath.default('/sys/fs/cgroup'),
  snapshots: z
    .strictObject({
      /** How many a volume may have; Gluster's own limit. */
      perVolume: z.number().int().min(1).max(10_000).default(256),
    })
    .prefault({}),
  block: z
    .strictObject({
      /** Where this server's iSCSI targets listen, `address:port`; default all its addresses. */
      portals: z
        .array(z.string().regex(/^(?:\[[0-9A-Fa-f:]+\]|[0-9.]+):\d{1,5}$/, 'is no address:port'))
        .min(1)
        .exactOptional(),
    })
    .prefault({}),
  /** How many changing gluster commands run at once. */
  parallelMutations: z.number().int().min(1).max(64).default(8),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info');
/** Where /metrics and /healthz are served: `0.0.0.0:9810`, `[::]:9810`. */
const httpAddress = z
  .string()
  .regex(/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'is no host:port')
  .exactOptional();
const blockDriver = {
  /** Where the block driver is served too. Without it there is none. */
  'block-endpoint': z.string().exactOptional(),
  'block-driver-name': z.string().default('block.csi.gluster.org'),
};
const common = { 'log-level': logLevel, 'http-address': httpAddress };
const roles = {
  controller: z.strictObject({
    endpoint: z.string(),
    config: absolutePath,
    'driver-name': z.string().default('file.csi.gluster.org'),
    ...blockDriver,
    ...common,
  }),
  node: z.strictObject({
    endpoint: z.string(),
    config: absolutePath,
    'node-id': z.string().min(1).max(192),
    /** Volumes staged here at most; 0: no limit of ours. A glusterfs client takes about 16 MB each. */
    'max-volumes': z.coerce.number().int().nonnegative().default(0),
    'driver-name': z.string().default('file.csi.gluster.org'),
    /** The mounter's endpoint. Without one this process starts the clients, and they end with its container. */
    mounter: z.string().exactOptional(),
    /** kubelet's plugins_registry. Without one somebody else registers the driver. */
    'registration-directory': absolutePath.exactOptional(),
    /** Whose iscsid is used: the host's, or one of this container's own, which ends with it. */
    iscsid: z.enum(['host', 'own']).default('host'),
    /** Where iscsiadm keeps node records. */
    'iscsi-database': absolutePath.default('/etc/iscsi'),
    /** The host's namespaces, in which its own iscsiadm, multipath and multipathd are run: `/proc/1/ns`. */
    'host-namespaces': absolutePath.exactOptional(),
    ...blockDriver,
    ...common,
  }),
  mounter: z.strictObject({
    endpoint: z.string(),
    /** Where the clients have their mount points; shared with the host, below kubelet's directory. */
    directory: absolutePath,
    /** The Kubernetes node, for events. */
    'node-name': z.string().min(1).max(253),
    /** Which client this mounter starts; running clients of another one are replaced. Default: `glusterfs --version`. */
    'client-id': z.string().min(1).max(512).exactOptional(),
    /** Holds the --client-id of the newest release, which a mounter that was not replaced yet does not have. */
    'newest-client-id-file': absolutePath.exactOptional(),
    /** The host's /sys/fs/cgroup. Without it clients stay in the container's cgroup and end with it. */
    'cgroup-directory': absolutePath.exactOptional(),
    ...common,
  }),
  gateway: z.strictObject({ config: absolutePath, ...common }),
  'mount-bricks': z.strictObject({ config: absolutePath, 'log-level': logLevel }),
  'add-device': z.strictObject({
    config: absolutePath,
    device: absolutePath,
    provisioner: z.enum(['loop', 'lvm', 'directory']).default('loop'),
    'log-level': logLevel,
  }),
};
export type Role = keyof typeof roles;
export type RoleFlags = {
  [R in Role]: { readonly role: R; readonly flags: z.output<(typeof roles)[R]> };
}[Role];

/** The flags of one role. */
export type FlagsOf<R extends Role> = Extract<RoleFlags, { role: R }>['flags'];

export const ROLES = Object.keys(roles) as readonly Role[];

/** Reads `gluster-csi ROLE --flag value …`. Throws `invalid`, naming the flag and the known ones. */
export function readCommandLine(argv: readonly string[], env: NodeJS.ProcessEnv): RoleFlags {
  const [role, ...rest] = argv;
  if (!isRole(role)) throw invalid('role', `give one of ${ROLES.join(', ')}`);
  const names = Object.keys(roles[role].shape);
  const values = parseFlags(role, names, rest);
  for (const name of names) {
    const fromEnv = env[`GLUSTER_CSI_${name.toUpperCase().replaceAll('-', '_')}`];
    if (values[name] === undefined && fromEnv !== undefined) values[name] = fromEnv;
  }
  const parsed = roles[role].safeParse(values);
  if (!parsed.success) throw invalid(`${role} flags`, describeIssues(parsed.error, '--'));
  return { role, flags: parsed.data } as RoleFlags;
}

/** Reads and checks a YAML (or JSON) file. Throws `invalid` naming the file and each bad field. */
export function readConfigFile<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  let document: unknown;
  try {
    document = parseYaml(readFileSync(path, 'utf8'));
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : 'cannot be read', { cause: error });
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) throw invalid(path, describeIssues(parsed.error, ''));
  return parsed.data;
}

function isRole(text: string | undefined): text is Role {
  return text !== undefined && Object.hasOwn(roles, text);
}

function parseFlags(
  role: Role,
  names: readonly string[],
  args: readonly string[],
): Record<string, string | undefined> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return { ...parseArgs({ args: [...args], options, strict: true }).values } as Record<
      string,
      string | undefined
    >;
  } catch (error) {
    const known = names.map((name) => `--${name}`).join(', ');
    throw invalid(
      `${role} flags`,
      `${error instanceof Error ? error.message : 'unreadable'}; known are ${known}`,
    );
  }
}

function describeIssues(error: z.ZodError, prefix: string): string {
  return error.issues.map((issue) => `${prefix}${issue.path.join('.')} ${issue.message}`).join('; ');
}

/** Kubernetes' API as a pod finds it; undefined outside of a cluster. */
export function readKubernetesAddress(
  env: NodeJS.ProcessEnv = process.env,
): { readonly host: string; readonly port: number } | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) };
}
