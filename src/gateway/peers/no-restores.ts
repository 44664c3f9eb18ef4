import { Fault } from '../../control/fault.ts';
import type { RestoreStore } from '../bricks/restore-store.ts';

/** Those of a server that makes no snapshots. */
export const noRestores: RestoreStore = {
  prepare: refuse,
  close: refuse,
  open: refuse,
  finish: async () => undefined,
  undo: async () => undefined,
};

async function refuse(): Promise<never> {
  throw new Fault('unsupported', 'this server makes no snapshots');
}
