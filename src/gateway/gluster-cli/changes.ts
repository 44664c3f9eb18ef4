import * as z from 'zod';
import type { Call } from '../../control/call.ts';
import { checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { Semaphore } from '../../control/semaphore.ts';
import { checkHost, checkName, checkOption, formatBrick, formatOptions } from './check-values.ts';
import { lost } from './errors.ts';
import type { Gluster, GlusterCreate } from './gluster.ts';
import type { Reply } from './reply.ts';
import type { Command, GlusterRunner } from './run-gluster.ts';
import { refused } from './run-gluster.ts';

/** glusterd itself gives up on a transaction after two to three minutes. */
const CHANGE_MS = 180_000;
/** glusterd's opErrno of a probe that found the peer in the list already (it says success). */
const ALREADY_PEER = 2;

type Changes = Pick<
  Gluster,
  'create' | 'set' | 'reset' | 'start' | 'stop' | 'delete' | 'heal' | 'addBricks' | 'probe' | 'detach'
>;

/** The changes, at most `parallel` at once. One that has begun is not stopped by its caller's deadline. */
export function createChanges(runner: GlusterRunner, parallel: number): Changes {
  const bounded = new Semaphore(parallel);

  /** Sends a change; a refusal that matches `done` says that it is so already. */
  async function change(call: Call, args: readonly string[], what: string, done?: RegExp): Promise<Reply> {
    const asked: Command = { args, what, mutates: true, timeoutMs: CHANGE_MS };
    const reply = await turn(bounded, call, () => runner.reply(asked));
    if (reply.opRet === 0 || done?.test(reply.opErrstr) === true) return reply;
    throw refused(reply, asked);
  }

  return {
    async create(create, call) {
      const what = `create of volume ${checkName(create.name)}`;
      return readVolumeId(await change(call, createArgs(create), what), what);
    },
    async set(name, options, call) {
      const args = ['volume', 'set', checkName(name), ...formatOptions(options)];
      await change(call, args, `options of volume ${name}`);
    },
    async reset(name, option, call) {
      const args = ['volume', 'reset', checkName(name), checkOption(option)];
      await change(call, args, `reset of ${option} on volume ${name}`);
    },
    async start(name, { force }, call) {
      const args = ['volume', 'start', checkName(name), ...(force ? ['force'] : [])];
      await change(call, args, `start of volume ${name}`, /already started/i);
    },
    async stop(name, call) {
      const done = /not in the started state|is not started|already stopped/i;
      await change(call, ['volume', 'stop', checkName(name)], `stop of volume ${name}`, done);
    },
    async delete(name, call) {
      const args = ['volume', 'delete', checkName(name)];
      await change(call, args, `delete of volume ${name}`, /volume (?:\S+ )?does not exist/i);
    },
    async heal(name, { full }, call) {
      const args = ['volume', 'heal', checkName(name), ...(full ? ['full'] : [])];
      const asked = { args, what: `heal of volume ${name}`, mutates: false, timeoutMs: CHANGE_MS };
      // It prints text, with --xml too.
      const text = await turn(bounded, call, () => runner.text(asked));
      if (!/has been successful/.test(text))
        throw new Fault('unreachable', `gluster refused the ${asked.what}: ${text.trim().slice(0, 300)}`);
    },
    async addBricks(name, replica, bricks, force, call) {
      const count = replica === undefined ? [] : ['replica', String(replica)];
      const tail = [...bricks.map(formatBrick), ...(force ? ['force'] : [])];
      await change(
        call,
        ['volume', 'add-brick', checkName(name), ...count, ...tail],
        `new bricks of ${name}`,
      );
    },
    async probe(host, call) {
      const reply = await change(call, ['peer', 'probe', checkHost(host)], `probe of ${host}`);
      if (reply.opErrno === ALREADY_PEER || /already in peer list|not needed/i.test(textOf(reply)))
        throw new Fault('conflict', `${host} is a peer of this pool already`);
    },
    async detach(host, call) {
      await change(call, ['peer', 'detach', checkHost(host)], `detach of ${host}`);
    },
  };
}

function createArgs(create: GlusterCreate): readonly string[] {
  return [
    'volume',
    'create',
    checkName(create.name),
    ...(create.replica > 1 ? ['replica', String(create.replica)] : []),
    ...(create.arbiter === 1 ? ['arbiter', '1'] : []),
    ...(create.disperse > 0
      ? ['disperse', String(create.disperse), 'redundancy', String(create.redundancy)]
      : []),
    'transport',
    'tcp',
    ...create.bricks.map(formatBrick),
    ...(create.force ? ['force'] : []),
  ];
}

const created = z.object({
  volCreate: z.object({ volume: z.array(z.object({ id: z.uuid() })).length(1) }),
});

function readVolumeId(reply: Reply, what: string): string {
  const parsed = created.safeParse(reply.body);
  const id = parsed.data?.volCreate.volume[0]?.id;
  if (id === undefined) throw lost({ what, mutates: true }, 'the reply has no id', parsed.error);
  return id;
}

function textOf(reply: Reply): string {
  return `${reply.opErrstr} ${String(reply.body['output'] ?? '')}`;
}

/** Waits for its turn as long as the call lasts. */
async function turn<T>(bounded: Semaphore, call: Call, task: () => Promise<T>): Promise<T> {
  checkpoint(call);
  let begun = false;
  try {
    return await bounded.run(call.signal, () => {
      begun = true;
      return task();
    });
  } catch (error) {
    if (!begun) checkpoint(call);
    throw error;
  }
}
