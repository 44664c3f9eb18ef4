import type { Call } from '../../control/call.ts';
import { checkpoint } from '../../control/call.ts';
import { Coalescer } from '../../control/coalesce.ts';
import { Fault } from '../../control/fault.ts';
import { checkName, checkOption } from './check-values.ts';
import type { Gluster, GlusterTask } from './gluster.ts';
import { isMoverConnected, listClients } from './list-clients.ts';
import { parseHealSummary } from './parse-heal-summary.ts';
import { parsePoolList } from './parse-pool-list.ts';
import { parseVolumeGet } from './parse-volume-get.ts';
import { parseVolumeInfo } from './parse-volume-info.ts';
import { parseVolumeStatus } from './parse-volume-status.ts';
import { parseVolumeTasks } from './parse-volume-tasks.ts';
import type { Reply } from './reply.ts';
import type { Command, GlusterRunner } from './run-gluster.ts';
import { refused } from './run-gluster.ts';

const READ_MS = 30_000;
/** `heal info` walks the indices of all bricks. */
const HEAL_MS = 110_000;
const NO_VOLUME = /volume (?:\S+ )?does not exist/i;
const NOT_STARTED = /is not started/i;
const NOTHING_TO_HEAL = /only volumes of replicate\/disperse type/i;

type Queries = Pick<
  Gluster,
  'pool' | 'volumes' | 'volume' | 'status' | 'tasks' | 'clients' | 'healSummary' | 'options' | 'version'
>;

/** The questions. The same one asked by several requests at once is asked of glusterd once. */
export function createQueries(runner: GlusterRunner): Queries {
  const shared = new Coalescer<unknown>();

  /** One run serves many calls, so no call's end may kill it; each call stops waiting at its own. */
  function share<T>(call: Call, key: string, read: () => Promise<T>): Promise<T> {
    checkpoint(call);
    return untilOver(call, shared.run(key, read) as Promise<T>);
  }

  async function status(name: string, detail: readonly string[]) {
    const asked = query(['volume', 'status', name, ...detail], `status of volume ${name}`);
    return parse(await runner.succeed(asked), parseVolumeStatus, asked);
  }

  return {
    pool: (call) => share(call, 'pool', () => askPool(runner)),
    volumes: (call) => share(call, 'volumes', () => askVolumes(runner)),
    volume: (name, call) => share(call, `volume ${checkName(name)}`, () => askVolume(runner, name)),
    status: (name, call) => share(call, `status ${checkName(name)}`, () => status(name, ['detail'])),
    tasks: (name, call) => share(call, `tasks ${checkName(name)}`, () => askTasks(runner, name)),
    clients: (name, call) =>
      share(call, `clients ${checkName(name)}`, async () => {
        const asked = query(['volume', 'status', name], `status of volume ${name}`);
        const reply = await runner.reply(asked);
        if (reply.opRet !== 0 && NOT_STARTED.test(reply.opErrstr)) return [];
        if (reply.opRet !== 0) throw refused(reply, asked);
        return listClients(runner, name, parse(reply, parseVolumeStatus, asked));
      }),
    healSummary: (name, call) => share(call, `heal ${checkName(name)}`, () => askHeal(runner, name)),
    options: (name, option, call) =>
      share(
        call,
        `get ${checkName(name)} ${option === undefined ? 'all' : checkOption(option)}`,
        async () => {
          const asked = query(['volume', 'get', name, option ?? 'all'], `options of volume ${name}`);
          return parse(await runner.succeed(asked), parseVolumeGet, asked);
        },
      ),
    version: (call) => share(call, 'version', () => askVersion(runner)),
  };
}

async function askPool(runner: GlusterRunner) {
  const asked = query(['pool', 'list'], 'list of the pool');
  return parse(await runner.succeed(asked), parsePoolList, asked);
}

async function askVolumes(runner: GlusterRunner) {
  const asked = query(['volume', 'info'], 'list of volumes');
  return parse(await runner.succeed(asked), parseVolumeInfo, asked);
}

async function askVolume(runner: GlusterRunner, name: string) {
  const asked = query(['volume', 'info', name], `description of volume ${name}`);
  const reply = await runner.reply(asked);
  if (reply.opRet !== 0 && NO_VOLUME.test(reply.opErrstr)) return undefined;
  if (reply.opRet !== 0) throw refused(reply, asked);
  return parse(reply, parseVolumeInfo, asked).find((volume) => volume.name === name);
}

async function askTasks(runner: GlusterRunner, name: string): Promise<readonly GlusterTask[]> {
  const asked = query(['volume', 'status', name], `tasks of volume ${name}`);
  const reply = await runner.reply(asked);
  if (reply.opRet !== 0 && NOT_STARTED.test(reply.opErrstr)) return [];
  if (reply.opRet !== 0) throw refused(reply, asked);
  const told = parse(reply, parseVolumeTasks, asked);
  if (told.some(({ isRunning }) => isRunning)) return told;
  const isMoving = await isMoverConnected(runner, name, parse(reply, parseVolumeStatus, asked));
  return isMoving ? [...told, { id: 'untold', type: 'rebalance', isRunning: true }] : told;
}

async function askHeal(runner: GlusterRunner, name: string) {
  const asked = {
    ...query(['volume', 'heal', name, 'info', 'summary'], `heal summary of volume ${name}`),
    timeoutMs: HEAL_MS,
  };
  const reply = await runner.reply(asked);
  if (reply.opRet !== 0 && NOTHING_TO_HEAL.test(reply.opErrstr)) return [];
  if (reply.opRet !== 0) throw refused(reply, asked);
  return parse(reply, parseHealSummary, asked);
}

async function askVersion(runner: GlusterRunner): Promise<string> {
  const text = await runner.text(query(['--version'], 'version of gluster'));
  const version = /^glusterfs (\S+)/m.exec(text)?.[1];
  if (version === undefined) throw new Fault('unreachable', 'gluster --version does not tell its version');
  return version;
}

function query(args: readonly string[], what: string): Command {
  return { args, what, mutates: false, timeoutMs: READ_MS };
}

function parse<T>(reply: Reply, parser: (reply: Reply) => T, asked: Command): T {
  try {
    return parser(reply);
  } catch (error) {
    throw new Fault('unreachable', `gluster's answer to the ${asked.what} has an unknown form`, {
      cause: error,
    });
  }
}

async function untilOver<T>(call: Call, work: Promise<T>): Promise<T> {
  const over = Promise.withResolvers<never>();
  const stop = () => over.reject(call.signal.reason);
  call.signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } catch (error) {
    checkpoint(call);
    throw error;
  } finally {
    call.signal.removeEventListener('abort', stop);
  }
}
