import type { GatewayConfig } from '../config.ts';

/**
 * The volume options that keep a volume to those whom the config allows: client addresses, and with common
 * names an encrypted data path for holders of such certificates (the servers' own names belong to them).
 */
export function toAccessOptions(access: GatewayConfig['access']): Readonly<Record<string, string>> {
  const { addresses, commonNames } = access;
  return {
    ...(addresses === undefined ? {} : { 'auth.allow': addresses.join(',') }),
    ...(commonNames === undefined
      ? {}
      : { 'client.ssl': 'on', 'server.ssl': 'on', 'auth.ssl-allow': commonNames.join(',') }),
  };
}
