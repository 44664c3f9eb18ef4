import { isFault } from '../../control/fault.ts';
import { run } from '../../host/run.ts';
import type { Asked } from './errors.ts';
import { lost, toFault } from './errors.ts';
import type { Reply } from './reply.ts';
import { parseReply } from './reply.ts';

export interface Command extends Asked {
  /** Words after `gluster --mode=script`, checked by check-values.ts. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
}

/** Runs one `gluster` command. The only place in the gateway that does. */
export interface GlusterRunner {
  /** The reply, whatever its opRet. Throws when there is none: `unreachable`, `uncertain`, `busy`, … */
  reply(command: Command): Promise<Reply>;
  /** The reply when it says success; throws what gluster's reason means. */
  succeed(command: Command): Promise<Reply>;
  /** Plain text, for what gluster does not say in XML; of a command that failed also its reason, from stderr. */
  text(command: Command): Promise<string>;
}

/**
 * At every start the command runs `gsyncd --version`, in Python, to see whether geo-replication is
 * installed: 45 of its 63 ms. Without a Python library that check fails at once; only the geo-replication
 * commands are lost, which the gateway does not use.
 */
const ENVIRONMENT = { PYTHONHOME: '/nonexistent' };

/** `command` is how gluster is started: `['gluster']`, or that within a test server's namespaces. */
export function createRunner(command: readonly string[]): GlusterRunner {
  const [file = 'gluster', ...prefix] = command;

  async function launch(words: readonly string[], asked: Command) {
    try {
      return await run(file, [...prefix, '--mode=script', ...words], {
        timeoutMs: asked.timeoutMs,
        env: ENVIRONMENT,
      });
    } catch (error) {
      // Killing the command does not stop glusterd, which goes on with the transaction.
      if (asked.mutates && isFault(error, 'timed-out', 'cancelled', 'invalid'))
        throw lost(asked, error.message, error);
      throw error;
    }
  }

  async function reply(asked: Command): Promise<Reply> {
    const { stdout } = await launch(['--xml', ...asked.args], asked);
    const parsed = parseReply(stdout);
    if (parsed === undefined) throw toFault({ opRet: undefined, opErrno: 0, text: stdout }, asked);
    return parsed;
  }

  return {
    reply,
    async succeed(asked) {
      const answer = await reply(asked);
      if (answer.opRet !== 0) throw refused(answer, asked);
      return answer;
    },
    async text(asked) {
      const { exitCode, stdout, stderr } = await launch(asked.args, asked);
      return exitCode === 0 ? stdout : `${stdout}${stderr}`;
    },
  };
}

/** What a reply with opRet other than 0 means. */
export function refused(reply: Reply, asked: Asked): Error {
  return toFault({ opRet: reply.opRet, opErrno: reply.opErrno, text: reply.opErrstr }, asked);
}
