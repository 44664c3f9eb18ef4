import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Fault, FaultKind } from '../../src/control/fault.ts';
import { toFault } from '../../src/gateway/gluster-block/errors.ts';
import { isSuccess, parseReply } from '../../src/gateway/gluster-block/reply.ts';
import { createGlusterBlock } from '../../src/gateway/gluster-block/run-gluster-block.ts';
import { type CommandResult, run } from '../../src/host/run.ts';
import { GlusterBlockProgram } from '../fakes/gluster-block-program.ts';

const directory = new URL('../fixtures/gluster-block-0.5.1/', import.meta.url);
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** Which commands the gateway gives, and one that does not exist. */
const USED = ['create', 'info', 'delete', 'modify', 'replace', 'list', 'frob'];

interface Recorded {
  readonly tag: string;
  readonly words: readonly string[];
  readonly result: CommandResult;
}

/** Of run 2 the INDEX has fewer lines; the recordings are named alike. */
function readRun(folder: string): readonly Recorded[] {
  const read = (file: string) => {
    const path = new URL(`${folder}${file}`, directory);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  return (read('INDEX') ?? '').split('\n').flatMap((line) => {
    const [, tag = '', code, words = ''] = /^(\S+) rc=(\d+) : gluster-block (.*)$/.exec(line) ?? [];
    const [stdout, stderr] = [read(`${tag}.out`), read(`${tag}.err`)];
    if (stdout === undefined && stderr === undefined) return [];
    const result = { exitCode: Number(code), stdout: stdout ?? '', stderr: stderr ?? '' };
    return [{ tag, words: words.split(' '), result }];
  });
}

/** JSON by its meaning, text as it is; ids are all alike. */
function toComparable({ exitCode, stdout, stderr }: CommandResult) {
  const comparable = (text: string): unknown => {
    const masked = text.replaceAll(UUID, 'UUID');
    return masked.startsWith('{') ? (JSON.parse(masked) as unknown) : masked;
  };
  return { exitCode, stdout: comparable(stdout), stderr: comparable(stderr) };
}

/** What the gateway makes of those recordings that are no success. */
const FAULTS: Readonly<Record<string, FaultKind>> = {
  bad: 'invalid',
  'create-badsize': 'invalid',
  'create-dup': 'conflict',
  'create-full': 'unsupported',
  'create-ha2': 'conflict',
  'create-hamismatch': 'invalid',
  'create-nosize': 'invalid',
  'create-novol': 'not-found',
  delete: 'not-found',
  'delete-again': 'not-found',
  'info-full': 'not-found',
  'info-ha2': 'not-found',
  'info-missing': 'not-found',
  'list-novol': 'not-found',
  'modify-missing': 'not-found',
  'modify-shrink': 'out-of-range',
  nodaemon: 'unreachable',
  reload: 'unsupported',
  'run2/replace-missing': 'not-found',
};

for (const [folder, canSetIoTimeout] of [
  ['', false],
  ['run2/', true],
] as const) {
  describe(`gluster-block as recorded${folder === '' ? '' : ` in ${folder}`}`, () => {
    const recorded = readRun(folder);
    const program = new GlusterBlockProgram();
    program.canSetIoTimeout = canSetIoTimeout;
    program.serverOf = () => 'the only one';
    program.hasVolume = (volume) => volume === 'hv';

    it('has recordings', () => {
      expect(recorded.length).to.be.greaterThan(folder === '' ? 25 : 6);
    });

    for (const { tag, words, result } of recorded) {
      const isJson = words.some((word) => word.startsWith('--json'));
      if (USED.includes(words[0] ?? '')) {
        it(`is what the fake says and does: ${tag}`, async () => {
          program.isRunning = tag !== 'nodaemon';
          const said = await program.run(words);
          if (isJson || result.exitCode === 1) expect(toComparable(said)).to.deep.equal(toComparable(result));
          else expect(said.exitCode).to.equal(result.exitCode);
        });
      }
      if (!isJson && tag !== 'bad') continue;
      it(`is understood: ${tag}`, () => {
        const reply = parseReply(result);
        const isDone = tag.startsWith('list') ? reply?.RESULT === 'SUCCESS' : isSuccess(result, reply);
        const fault = isDone ? undefined : toFault(result, reply, { what: tag, mutates: true });
        expect(fault?.kind).to.equal(FAULTS[`${folder}${tag}`]);
        expect(`${fault?.message}`).to.not.match(/PASSWORD|<volname/);
      });
    }
  });
}

describe('the command of gluster-block', () => {
  const call = { id: 'test', signal: AbortSignal.timeout(5_000) };
  const one = { hosting: 'hv', name: 'b1' };
  const play = (tag: string, exitCode = 0) => {
    const read = (end: string) => {
      const path = new URL(`${tag}${end}`, directory);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    };
    const asked: (readonly string[])[] = [];
    const command = createGlusterBlock(async (args) => {
      asked.push(args);
      return { exitCode, stdout: read('.out'), stderr: read('.err') };
    });
    return { command, asked };
  };

  it('tells credentials, as they were recorded, and gives none in its words', async () => {
    const { command, asked } = play('info');
    expect(await command.info(one, call)).to.deep.equal({
      gbid: '1405f5cc-6700-4fd4-b833-6fa53f232907',
      hosts: ['127.0.0.1'],
      credentials: {
        username: '1405f5cc-6700-4fd4-b833-6fa53f232907',
        password: 'f584004d-3859-4e07-8e7b-2722a05963be',
      },
    });
    expect((await play('info-noauth').command.info(one, call)).credentials).to.equal(undefined);
    expect(await play('modify-auth-on').command.setAuth({ ...one, isEnabled: true }, call)).to.deep.equal({
      username: 'ea9cbcde-da56-40b9-b70f-95859ef4dd01',
      password: 'bb3ec07f-6d6a-46ae-a20d-81a06e7daa1e',
    });
    expect(asked).to.deep.equal([['info', 'hv/b1', '--json']]);
  });

  it('is unsupported where it is not installed', async () => {
    const command = createGlusterBlock((args, timeoutMs) =>
      run('/nonexistent/gluster-block', args, { timeoutMs }),
    );
    const fault = (await command.requireInstalled().catch((error: Fault) => error)) as Fault;
    expect([fault.kind, fault.message]).to.satisfy(
      ([kind, message]: [string, string]) =>
        kind === 'unsupported' && message.includes('install gluster-block'),
    );
  });

  it('takes no success from an exit code', async () => {
    const create = { ...one, hosts: ['10.0.0.1'], hasAuth: false, content: { size: 512n } };
    for (const tag of ['create-badsize', 'version', 'none']) {
      const fault = await play(tag)
        .command.create(create, call)
        .catch((error: Fault) => error);
      expect(fault, tag).to.be.instanceOf(Error);
    }
    await play('create').command.create(create, call);
  });

  it('is asked for what cannot be misread', async () => {
    const { command, asked } = play('create');
    const base = { ...one, hosts: ['10.0.0.1', '10.0.0.2'], hasAuth: true };
    await command.create({ ...base, content: { size: 1_073_741_824n } }, call);
    await command.create({ ...base, content: { storage: 'a-b' } }, call);
    expect(asked.map((words) => words.join(' '))).to.deep.equal([
      'create hv/b1 ha 2 auth enable prealloc no 10.0.0.1,10.0.0.2 1073741824 --json',
      'create hv/b1 ha 2 auth enable storage a-b 10.0.0.1,10.0.0.2 --json',
    ]);
    for (const bad of [
      { ...base, content: { size: 513n } },
      { ...base, content: { storage: '../x' } },
      { ...base, hosts: ['server-1'], content: { size: 512n } },
      { ...base, hosts: ['fd00::1'], content: { size: 512n } },
      { ...base, name: '-x', content: { size: 512n } },
      { ...base, hosting: 'a/b', content: { size: 512n } },
    ]) {
      const fault = await command.create(bad, call).catch((error: Fault) => error);
      expect((fault as Fault).kind).to.equal('invalid');
    }
    expect(asked).to.have.length(2);
  });
});
