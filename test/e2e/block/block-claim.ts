import { BLOCK_CLASSES } from '../install/chart-values.ts';
import { type ClaimOptions, claim } from '../objects/claim.ts';

/** A claim of the block driver: ReadWriteOnce, xfs and 320 MiB unless the options say otherwise. */
export function blockClaim(options: ClaimOptions): object {
  return claim({
    storage: '320Mi',
    storageClass: BLOCK_CLASSES.xfs,
    accessModes: ['ReadWriteOnce'],
    ...options,
  });
}
