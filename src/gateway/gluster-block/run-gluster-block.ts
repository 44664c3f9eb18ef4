import { Fault, isFault } from '../../control/fault.ts';
import { type CommandResult, run } from '../../host/run.ts';
import { checkHost, checkStorage, toSizeWord, toTarget } from './check-arguments.ts';
import { type Asked, lost, toFault } from './errors.ts';
import type { ChapCredentials, ExportCreate, GlusterBlock } from './gluster-block.ts';
import { type GlusterBlockReply, isSuccess, parseReply } from './reply.ts';

/** Starts the command with these words. Throws as `run` does. */
export type Launch = (args: readonly string[], timeoutMs: number) => Promise<CommandResult>;

/** Killing the command does not stop its daemon; a request has 110 s. */
const CHANGE_MS = 90_000;
const READ_MS = 30_000;

export const launchGlusterBlock: Launch = (args, timeoutMs) => run('gluster-block', args, { timeoutMs });

/** The only place in the gateway that runs `gluster-block`. What it prints may hold passwords, and is quoted nowhere. */
export function createGlusterBlock(launch: Launch = launchGlusterBlock): GlusterBlock {
  const ask = (asked: Asked, words: readonly string[]) => answer(launch, asked, words);
  const change = (what: string, words: readonly string[]) => ask({ what, mutates: true }, words);
  return {
    async requireInstalled() {
      await start(launch, { what: 'question for its version', mutates: false }, ['version']);
    },
    async create(create) {
      await change(`create of block volume ${create.name}`, createWords(create));
    },
    async info(name) {
      const asked = { what: `question for block volume ${name.name}`, mutates: false };
      const said = await ask(asked, ['info', toTarget(name)]);
      if (said.GBID === undefined) throw lost(asked, 'its answer has no GBID');
      const credentials = toCredentials({ USERNAME: said.GBID, PASSWORD: said.PASSWORD });
      return { gbid: said.GBID, hosts: said['EXPORTED ON'], credentials };
    },
    async delete(name) {
      const words = ['delete', toTarget(name), 'unlink-storage', 'no'];
      await change(`delete of block volume ${name.name}`, words).catch((error: unknown) => {
        if (!isFault(error, 'not-found')) throw error;
      });
    },
    async resize({ size, ...name }) {
      await change(`resize of block volume ${name.name}`, [
        'modify',
        toTarget(name),
        'size',
        toSizeWord(size),
      ]);
    },
    async setAuth({ isEnabled, ...name }) {
      const words = ['modify', toTarget(name), 'auth', isEnabled ? 'enable' : 'disable'];
      const what = `change of authentication of block volume ${name.name}`;
      const said = await change(what, words);
      const credentials = toCredentials(said);
      if (isEnabled && credentials === undefined)
        throw lost({ what, mutates: true }, 'its answer has no password');
      return isEnabled ? credentials : undefined;
    },
    async replace({ from, to, ...name }) {
      const words = ['replace', toTarget(name), checkHost(from, 'from'), checkHost(to, 'to')];
      await change(`move of block volume ${name.name}`, words);
    },
  };
}

function createWords({ hosts, hasAuth, content, ...name }: ExportCreate): readonly string[] {
  const options = ['ha', `${hosts.length}`, 'auth', hasAuth ? 'enable' : 'disable'];
  const servers = hosts.map((host) => checkHost(host)).join(',');
  if ('storage' in content)
    return ['create', toTarget(name), ...options, 'storage', checkStorage(content.storage), servers];
  return ['create', toTarget(name), ...options, 'prealloc', 'no', servers, toSizeWord(content.size)];
}

async function answer(launch: Launch, asked: Asked, words: readonly string[]): Promise<GlusterBlockReply> {
  const result = await start(launch, asked, [...words, '--json']);
  const said = parseReply(result);
  if (said !== undefined && isSuccess(result, said)) return said;
  throw toFault(result, said, asked);
}

async function start(launch: Launch, asked: Asked, words: readonly string[]): Promise<CommandResult> {
  try {
    return await launch(words, asked.mutates ? CHANGE_MS : READ_MS);
  } catch (error) {
    if (isFault(error, 'unreachable')) throw notInstalled(error);
    if (isFault(error, 'timed-out', 'cancelled', 'invalid')) throw lost(asked, error.message, error);
    throw error;
  }
}

function notInstalled(cause: Fault): Fault {
  return new Fault(
    'unsupported',
    'gluster-block is not installed on this server; install gluster-block and tcmu-runner on the servers that export block volumes and start gluster-blockd, or use provider virtblock',
    { cause },
  );
}

function toCredentials({
  USERNAME: username,
  PASSWORD: password,
}: {
  readonly USERNAME?: string | undefined;
  readonly PASSWORD?: string | undefined;
}): ChapCredentials | undefined {
  return username === undefined || password === undefined || password === ''
    ? undefined
    : { username, password };
}
