import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Fault } from '../../src/control/fault.ts';
import type { Reply } from '../../src/gateway/gluster-cli/reply.ts';
import { parseReply } from '../../src/gateway/gluster-cli/reply.ts';
import type { Command, GlusterRunner } from '../../src/gateway/gluster-cli/run-gluster.ts';
import { createSnapshots } from '../../src/gateway/gluster-cli/snapshots.ts';

const FOLDER = new URL('../fixtures/gluster-10.3-snapshot-xml/', import.meta.url);
const call = { id: 'test', signal: new AbortController().signal };

/** Answers every command with one recorded reply, and keeps what was asked. */
function answering(sample: string) {
  const asked: Command[] = [];
  const runner: Pick<GlusterRunner, 'reply'> = {
    async reply(command) {
      asked.push(command);
      return read(sample);
    },
  };
  return { asked, gluster: createSnapshots(runner as GlusterRunner, 8) };
}

function read(sample: string): Reply {
  const parsed = parseReply(readFileSync(new URL(`${sample}.xml`, FOLDER), 'utf8'));
  if (parsed === undefined) throw new Error(`${sample} was not understood`);
  return parsed;
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Fault) => error.kind,
  );
}

describe('gluster’s own snapshots', () => {
  const wanted = { name: 's1', volume: 'v1', description: 'gluster-csi token' };

  it('are told of, active or not', async () => {
    for (const sample of ['snap-info', 'snap-info-active']) {
      expect(await answering(sample).gluster.snapshot('s1', call)).to.deep.equal({
        name: 's1',
        volume: 'v1',
        glusterName: '6e530d8bc6814124950d0ce5d270dc1d',
        description: 'first snap',
        createdAt: Date.UTC(2026, 10, 21, 20, 36, 43),
      });
    }
  });

  it('that are missing are none, and their deletion is success', async () => {
    expect(await answering('snap-info-missing').gluster.snapshot('nosuch', call)).to.equal(undefined);
    expect(await kindOf(answering('snap-delete-missing').gluster.deleteSnapshot('s2', call))).to.equal(
      'done',
    );
    expect(await kindOf(answering('snap-delete').gluster.deleteSnapshot('s2', call))).to.equal('done');
  });

  it('are made under the name alone, with a description', async () => {
    const { asked, gluster } = answering('snap-create');
    await gluster.createSnapshot(wanted, call);
    expect(asked.map(({ args }) => args.join(' '))).to.deep.equal([
      'snapshot create s1 v1 no-timestamp description gluster-csi token',
    ]);
  });

  it('are refused for reasons that are told apart', async () => {
    const kinds = {
      'snap-create-dup': 'conflict',
      'snap-create-novol': 'not-found',
      'snap-create4-limit': 'exhausted',
    };
    for (const [sample, kind] of Object.entries(kinds))
      expect(await kindOf(answering(sample).gluster.createSnapshot(wanted, call)), sample).to.equal(kind);
  });

  it('wait for bricks that are down', async () => {
    const reasons = [
      'One or more bricks are not running. Please run volume status command to see brick status.',
      'One or more bricks may be down.',
      'volume v1 is not in quorum',
    ];
    for (const opErrstr of reasons) {
      const runner: Pick<GlusterRunner, 'reply'> = {
        reply: async () => ({ opRet: -1, opErrno: 30_800, opErrstr, body: {} }),
      };
      const gluster = createSnapshots(runner as GlusterRunner, 8);
      expect(await kindOf(gluster.createSnapshot(wanted, call)), opErrstr).to.equal('unreachable');
    }
  });

  it('take no name that the command line would read otherwise', async () => {
    expect(await kindOf(answering('snap-create').gluster.deleteSnapshot('all', call))).to.equal('invalid');
    expect(await kindOf(answering('snap-create').gluster.deleteSnapshot('volume x', call))).to.equal(
      'invalid',
    );
  });
});
