import { expect } from 'chai';
import { CLUSTER_NAME, DRIVER, INLINE_NAMESPACE } from './install/chart-values.ts';
import { FOREIGN_DIRECTORY, FOREIGN_VOLUME, OWN_VOLUME } from './install/existing-volumes.ts';
import { NAMESPACE_OF_TESTS } from './objects/claim.ts';
import { untilEvent } from './objects/events.ts';
import { exec } from './objects/exec.ts';
import { type PodVolume, pod } from './objects/pod.ts';
import { remove, untilReady } from './objects/wait.ts';
import { scenarioBesideOthers } from './scenario.ts';
import { expectUntouched } from './writer/expect-verdict.ts';
import { WriterPod } from './writer/writer-pod.ts';

describe('volumes in the spec of a pod', () => {
  scenarioBesideOthers('inline: an allowed volume, and a directory of it read-only', async (installation) => {
    const { cluster } = installation;
    const namespace = INLINE_NAMESPACE;
    const data = inline(FOREIGN_VOLUME);
    const writer = await WriterPod.start(installation, { name: 'inline', namespace, node: 1, data });
    const directory = inline(`${FOREIGN_VOLUME}/${FOREIGN_DIRECTORY}`, { readOnly: true });
    await cluster.apply(pod({ name: 'inline-read', namespace, mounts: { '/data': directory } }));
    await untilReady(cluster, 'inline-read', namespace);
    const refused = await exec(cluster, 'inline-read', ['touch', '/data/x'], namespace);
    expect(refused.stderr).to.include('Read-only file system');
    const verdict = await writer.verdict();
    await remove(cluster, ['pod/inline', 'pod/inline-read'], namespace);
    return expectUntouched(verdict);
  });

  scenarioBesideOthers('inline: a namespace that is not allowed is told so', async ({ cluster }) => {
    await cluster.apply(pod({ name: 'inline-denied', mounts: { '/data': inline(FOREIGN_VOLUME) } }));
    const said = await untilEvent(cluster, 'Pod/inline-denied', /inline\.allow/);
    expect(said).to.include(NAMESPACE_OF_TESTS).and.include(`${CLUSTER_NAME}/${FOREIGN_VOLUME}`);
    await remove(cluster, ['pod/inline-denied']);
    return said;
  });

  scenarioBesideOthers(
    'inline: a volume of the driver itself is refused, allowed or not',
    async ({ cluster }) => {
      const namespace = INLINE_NAMESPACE;
      await cluster.apply(pod({ name: 'inline-ours', namespace, mounts: { '/data': inline(OWN_VOLUME) } }));
      const said = await untilEvent(
        cluster,
        'Pod/inline-ours',
        new RegExp(`\\b${OWN_VOLUME}\\b.*claim`, 's'),
        namespace,
      );
      await remove(cluster, ['pod/inline-ours'], namespace);
      return said;
    },
  );
});

function inline(volume: string, { readOnly = false } = {}): PodVolume {
  const volumeAttributes = { volume: `${CLUSTER_NAME}/${volume}` };
  return { volume: { csi: { driver: DRIVER, readOnly, volumeAttributes } }, readOnly };
}
