import { createSecureContext, type SecureContext } from 'node:tls';
import { Fault } from '../control/fault.ts';
import { changingFile } from './changing-file.ts';
import { createPool, type Pool } from './pool.ts';

export interface ConnectionOptions {
  /** Certificates that sign the servers' own; default the system's. */
  readonly caFile?: string | undefined;
  readonly connectTimeoutMs: number;
  /** A larger reply is broken off. */
  readonly maxReplyBytes: number;
  /** How long a look at the CA file holds. */
  readonly recheckMs?: number | undefined;
}

/** Kept-alive connections to any number of servers, made anew when the CA file changes. */
export interface Connections {
  /** Throws `unreachable` when the CA file cannot be used. */
  pool(): Promise<Pool>;
  close(): Promise<void>;
}

export function createConnections(options: ConnectionOptions): Connections {
  const { caFile, connectTimeoutMs, maxReplyBytes } = options;
  const readCa =
    caFile === undefined
      ? () => Promise.resolve(undefined)
      : changingFile(caFile, ({ content }) => toSecureContext(caFile, content), options.recheckMs);
  let current: { readonly secureContext: SecureContext | undefined; readonly pool: Pool } | undefined;
  return {
    async pool() {
      const secureContext = await readCa();
      if (current !== undefined && current.secureContext === secureContext) return current.pool;
      const old = current?.pool;
      current = { secureContext, pool: createPool({ secureContext, connectTimeoutMs, maxReplyBytes }) };
      // Closing waits for the requests that are under way; theirs is the only interest in how it ends.
      void old?.close();
      return current.pool;
    },
    close: async () => current?.pool.close(),
  };
}

function toSecureContext(path: string, content: Buffer): SecureContext {
  const ca = content.toString('utf8');
  const unusable = `CA file ${path} holds no certificate in PEM form; name one that does`;
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw new Fault('unreachable', unusable);
  try {
    return createSecureContext({ ca });
  } catch (cause) {
    throw new Fault('unreachable', unusable, { cause });
  }
}
