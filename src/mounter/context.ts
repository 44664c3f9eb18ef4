import type { Claims } from './claims.ts';
import type { Machine } from './machine.ts';
import type { Report } from './report.ts';

/** What the mounter's verbs work with. */
export interface MounterContext {
  readonly machine: Machine;
  /** Which Gluster client a client started now would run. */
  readonly clientId: string;
  /** What the newest release would run, as far as that is known; asked at each look. */
  readonly newestClientId?: () => Promise<string | undefined>;
  readonly claims: Claims;
  readonly report: Report;
}
