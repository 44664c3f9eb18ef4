import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { Host } from './host.ts';

/**
 * Whether the mount at the path works, or its client is gone and it may be replaced. Slow is not dead: throws
 * `timed-out` for a mount that does not answer, and `unreachable` for one whose servers are away.
 */
export async function askMount(host: Host, path: string, call: Call): Promise<'live' | 'dead'> {
  const state = await host.probe(path, call);
  switch (state) {
    case 'directory':
      return 'live';
    case 'dead':
      return 'dead';
    case 'hung':
      throw new Fault('timed-out', `the mount at ${path} does not answer; are its servers overloaded?`);
    case 'offline':
      throw new Fault('unreachable', `the mount at ${path} has lost its servers; it comes back with them`);
    case 'other':
    case 'absent':
      // Mounted a moment ago: somebody else works on it.
      throw new Fault('busy', `the mount at ${path} is changing; retry`);
    default:
      throw new Error(`unknown state ${state satisfies never}`);
  }
}
