import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { Semaphore } from '../../control/semaphore.ts';
import { checkName } from './check-values.ts';
import type { GlusterSnapshots } from './gluster.ts';
import { parseSnapshot } from './parse-snapshot.ts';
import type { Command, GlusterRunner } from './run-gluster.ts';
import { refused } from './run-gluster.ts';

const READ_MS = 30_000;
/** glusterd itself gives up on a transaction after two to three minutes. */
const CHANGE_MS = 180_000;
/** In a description, what glusterd takes of it. */
const MAX_DESCRIPTION = 1000;
const NO_SNAPSHOT = /snapshot \(?\S+?\)? does not exist/i;

/** Gluster's own snapshots. A changing command that has begun is not stopped by its caller's deadline. */
export function createSnapshots(runner: GlusterRunner, parallel: number): GlusterSnapshots {
  const bounded = new Semaphore(parallel);

  async function change(call: Call, args: readonly string[], what: string, done?: RegExp): Promise<void> {
    const asked: Command = { args, what, mutates: true, timeoutMs: CHANGE_MS };
    checkpoint(call);
    const reply = await bounded.run(call.signal, () => runner.reply(asked));
    if (reply.opRet !== 0 && done?.test(reply.opErrstr) !== true) throw refused(reply, asked);
  }

  return {
    async snapshot(name, _call) {
      const what = `description of snapshot ${checkName(name)}`;
      const asked: Command = {
        args: ['snapshot', 'info', name],
        what,
        mutates: false,
        timeoutMs: READ_MS,
      };
      const reply = await runner.reply(asked);
      if (reply.opRet !== 0 && NO_SNAPSHOT.test(reply.opErrstr)) return undefined;
      if (reply.opRet !== 0) throw refused(reply, asked);
      try {
        return parseSnapshot(reply);
      } catch (error) {
        throw new Fault('unreachable', `gluster's answer to the ${what} has an unknown form`, {
          cause: error,
        });
      }
    },
    async createSnapshot({ name, volume, description }, call) {
      const args = ['snapshot', 'create', checkName(name), checkName(volume), 'no-timestamp'];
      const words = ['description', description.slice(0, MAX_DESCRIPTION)];
      await change(call, [...args, ...words], `create of snapshot ${name}`);
    },
    async deleteSnapshot(name, call) {
      await change(call, ['snapshot', 'delete', checkName(name)], `delete of snapshot ${name}`, NO_SNAPSHOT);
    },
  };
}
