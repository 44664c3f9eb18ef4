import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { clusterConfig, driverConfig, GatewayConfig, gatewayConfig } from '../../../src/config.ts';
import type { Authority } from './certificates.ts';
import { DEVICE_ROOT } from './gluster-server.ts';

export const GATEWAY_PORT = 24_010;
export const DRIVER_ISSUER = 'gluster-csi';

/** What pods of the namespace `dev` may mount by their own spec. */
export const INLINE_VOLUMES = ['by-hand', 'claimed-loop', 'claimed-directory', 'claimed-disperse'] as const;

export interface ConfigOptions {
  /** The servers' names, in order. */
  readonly servers: readonly string[];
  /** Put on every volume. */
  readonly access?: GatewayConfig['access'];
  /** Plain http between driver and gateways. */
  readonly insecure?: boolean;
  /** Where each server may have thin bricks, by its name. Default: nowhere. */
  readonly lvm?: Readonly<Record<string, NonNullable<GatewayConfig['lvm']>>>;
  /** Names under which the driver knows the pool. */
  readonly clusters?: readonly string[];
}

export interface ConfigFiles {
  readonly driver: string;
  readonly driverKey: string;
  gateway(server: string): string;
}

/** Writes the configuration and the keys of all roles. Again over the same folder: the keys stay. */
export async function writeConfigFiles(
  folder: string,
  authority: Authority,
  options: ConfigOptions,
): Promise<ConfigFiles> {
  const own = `${folder}/config`;
  await mkdir(own, { recursive: true });
  const driverKey = await makeKey(`${own}/driver.key`);
  const peersKey = await makeKey(`${own}/peers.key`);
  const gateway = (server: string) => `${own}/gateway-${server}.json`;
  for (const [index, server] of options.servers.entries()) {
    const config: z.input<typeof gatewayConfig> = {
      version: 1,
      listen: { address: '0.0.0.0', port: GATEWAY_PORT },
      ...(options.insecure === true ? { insecure: true } : { tls: authority.filesOf(server) }),
      auth: {
        driver: { issuer: DRIVER_ISSUER, keyFile: driverKey },
        peers: { issuer: 'gateways', keyFile: peersKey },
      },
      hostname: server,
      zone: `zone${index + 1}`,
      deviceRoots: [DEVICE_ROOT],
      ...(options.access === undefined ? {} : { access: options.access }),
      ...(options.lvm?.[server] === undefined ? {} : { lvm: options.lvm[server] }),
    };
    await writeFile(gateway(server), JSON.stringify(config, null, 2));
  }
  const driver = `${own}/driver.json`;
  const config: z.input<typeof driverConfig> = {
    version: 1,
    clusters: (options.clusters ?? ['pool']).map((name) => cluster(name, { options, authority, driverKey })),
    inline: { allow: [{ namespaces: ['dev'], volumes: INLINE_VOLUMES.map((name) => `pool/${name}`) }] },
  };
  await writeFile(driver, JSON.stringify(config, null, 2));
  return { driver, driverKey, gateway };
}

function cluster(
  name: string,
  parts: { options: ConfigOptions; authority: Authority; driverKey: string },
): z.input<typeof clusterConfig> {
  const { options, authority, driverKey } = parts;
  const insecure = options.insecure === true;
  const scheme = insecure ? 'http' : 'https';
  return {
    name,
    gateways: options.servers.map((server) => `${scheme}://${server}:${GATEWAY_PORT}`),
    servers: [...options.servers],
    user: DRIVER_ISSUER,
    secretFile: driverKey,
    ...(insecure ? { insecure } : { caFile: authority.caFile }),
  };
}

async function makeKey(path: string): Promise<string> {
  await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return path;
}
