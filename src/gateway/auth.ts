import { Fault, isFault } from '../control/fault.ts';
import { type Issuer, verifyToken } from '../glusterd2/token.ts';
import { log } from '../telemetry/log.ts';
import type { Route } from './route.ts';

export interface Issuers {
  readonly driver: Issuer;
  readonly peers: Issuer;
}

export interface Credentials {
  readonly method: string;
  /** As it came, with its query. */
  readonly url: string;
  readonly authorization: string | undefined;
}

/**
 * Checks that the request may use the route; resolves with its issuer, undefined where none is needed. The
 * driver's key opens nothing of what gateways ask of each other, nor theirs the driver's API. Free paths are
 * free as they stand: with a query they need a token, as with glusterd2. Throws `unauthenticated`.
 */
export async function authenticate(
  route: Pick<Route, 'access' | 'path'>,
  credentials: Credentials,
  issuers: Issuers,
): Promise<string | undefined> {
  const { method, url, authorization } = credentials;
  if (route.access === 'free' && url === route.path) return undefined;
  const issuer = route.access === 'peers' ? issuers.peers : issuers.driver;
  try {
    return await verifyToken(authorization, { method, path: url }, [issuer]);
  } catch (error) {
    if (!isFault(error, 'unreachable')) throw error;
    // The message names a file of this machine: for its own log only.
    log.error({ err: error }, 'tokens cannot be checked');
    throw new Fault('unreachable', 'this gateway cannot check tokens now; see its log', { cause: error });
  }
}
