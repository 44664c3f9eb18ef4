import { Fault } from '../../control/fault.ts';
import type { VolumeDeps } from '../volumes/deps.ts';

/** Block volumes are fenced by addresses, which bricks with TLS do not look at. Throws `unsupported`. */
export function requireAddressAccess({ accessOptions }: Pick<VolumeDeps, 'accessOptions'>): void {
  if (accessOptions['server.ssl'] === undefined) return;
  throw new Fault(
    'unsupported',
    'block volumes are fenced by addresses, and this gateway gives volumes to certificates (access.commonNames); use a cluster with access.addresses',
  );
}
