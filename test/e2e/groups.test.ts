import { expect } from 'chai';
import type { Installation } from './install/installed.ts';
import { claim } from './objects/claim.ts';
import { mustExec } from './objects/exec.ts';
import { claimed, pod } from './objects/pod.ts';
import { removeWithVolume } from './objects/volume.ts';
import { remove, untilReady } from './objects/wait.ts';
import { scenarioBesideOthers } from './scenario.ts';
import { expectUntouched } from './writer/expect-verdict.ts';
import { WriterPod } from './writer/writer-pod.ts';

const USER = { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 };
const TEAM = 2000;

describe('groups', () => {
  scenarioBesideOthers(
    'fsGroup: a pod without root rights writes; OnRootMismatch leaves what is below alone',
    async (installation) => {
      const { cluster } = installation;
      await cluster.apply(claim({ name: 'team' }));
      const writer = await WriterPod.start(installation, {
        name: 'team',
        node: 1,
        security: { ...USER, fsGroup: TEAM },
      });
      const root = await mustExec(cluster, 'team', ['stat', '--format=%g %A', '/data']);
      expect(root.trim()).to.match(/^2000 drwxrws/);
      const verdict = await writer.verdict();
      await writer.delete();
      await runAs(installation, { runAsUser: 0 }, [
        'sh',
        '-c',
        'echo x > /data/other && chown 0:0 /data/other',
      ]);
      const mismatch = { ...USER, fsGroup: TEAM, fsGroupChangePolicy: 'OnRootMismatch' };
      const look = ['stat', '-c', '%g', '/data/other'];
      expect((await runAs(installation, mismatch, look)).trim()).to.equal('0');
      expect((await runAs(installation, { ...USER, fsGroup: TEAM }, look)).trim()).to.equal(String(TEAM));
      await removeWithVolume(cluster, 'team');
      return expectUntouched(verdict);
    },
  );

  scenarioBesideOthers(
    'supplementalGroups: a directory of a group is written by its members only',
    async (installation) => {
      const { cluster } = installation;
      await cluster.apply(claim({ name: 'members' }));
      const prepare = 'mkdir /data/d && chgrp 3000 /data/d && chmod 2770 /data/d';
      await runAs(installation, { runAsUser: 0 }, ['sh', '-c', prepare], 'members');
      const write = ['sh', '-c', 'touch /data/d/file 2>/dev/null && echo written || echo refused'];
      const member = { ...USER, supplementalGroups: [3000] };
      expect((await runAs(installation, USER, write, 'members')).trim()).to.equal('refused');
      expect((await runAs(installation, member, write, 'members')).trim()).to.equal('written');
      await removeWithVolume(cluster, 'members');
      return undefined;
    },
  );
});

/** What the command prints in a pod of its own with that securityContext, on the claim's volume. */
async function runAs(
  { cluster }: Installation,
  security: object,
  argv: readonly string[],
  claimName = 'team',
): Promise<string> {
  const name = `${claimName}-as`;
  await cluster.apply(pod({ name, security, mounts: { '/data': claimed(claimName) } }));
  await untilReady(cluster, name);
  const out = await mustExec(cluster, name, argv);
  await remove(cluster, [`pod/${name}`]);
  return out;
}
