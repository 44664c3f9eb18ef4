import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { IscsiPlace } from '../../src/host/linux-iscsi-host.ts';
import { run } from '../../src/host/run.ts';
import { PATIENCE } from '../pool/lab/patience.ts';
import { until } from '../pool/lab/until.ts';
import { startDaemons, stopUdev } from './iscsi/daemons.ts';
import { LioTarget } from './iscsi/lio-target.ts';

const CHILD = fileURLToPath(new URL('iscsi/container-child.ts', import.meta.url));
const LIMIT = { timeoutMs: 120_000 * PATIENCE };

/**
 * The node service as in the chart's pod: mount and IPC namespaces of its own, the host's /dev, /etc/iscsi and
 * /etc/multipath, an empty /run, and no program that the image has not.
 */
describe('the guest kernel: iscsi of a container', () => {
  let target: LioTarget;
  before(async () => {
    await startDaemons();
    target = await LioTarget.make(0, 64n * 1024n ** 2n);
    await target.admit(undefined);
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
    // The last one is of a container, and has its /run.
    await end('iscsid');
    await stopUdev();
  });

  const inContainer = async (act: string, place: IscsiPlace, hidden: readonly string[]) => {
    const script = [
      'mount -t tmpfs tmpfs /run',
      ...hidden.map((name) => `mount --bind /dev/null "$(readlink -f "$(command -v ${name})")"`),
      'exec "$@"',
    ].join('\n');
    const argv = [process.execPath, CHILD, act, JSON.stringify(place), JSON.stringify(target.lun)];
    const inside = ['sh', '-ec', script, 'sh', ...argv];
    const said = await run('unshare', ['--mount', '--ipc', '--propagation', 'slave', ...inside], LIMIT);
    expect(said.exitCode, said.stderr).to.equal(0);
    return JSON.parse(said.stdout);
  };

  it('is done by the host’s iscsid and multipathd, with the host’s own programs', async () => {
    const place: IscsiPlace = { iscsid: 'host', namespaces: '/proc/1/ns' };
    const hidden = ['iscsiadm', 'iscsid', 'multipath', 'multipathd'];
    expect(await inContainer('attach', place, hidden)).to.deep.equal({ paths: 2 });
    expect(await inContainer('detach', place, hidden)).to.deep.equal({ removed: [true], sessions: 0 });
  });

  it('is done by an iscsid of its own, and the next container’s takes its sessions up', async () => {
    await end('iscsid');
    const place: IscsiPlace = { iscsid: 'own', namespaces: '/proc/1/ns' };
    const hidden = ['multipath', 'multipathd'];
    expect(await inContainer('attach', place, hidden)).to.deep.equal({ paths: 2 });
    // With its container.
    await end('iscsid');
    expect(await inContainer('detach', place, hidden)).to.deep.equal({ removed: [true], sessions: 0 });
  });
});

async function end(name: string): Promise<void> {
  await until(`${name} has ended`, async () => {
    const { exitCode, stdout } = await run('pidof', [name], { timeoutMs: 10_000 * PATIENCE });
    if (exitCode !== 0) return true;
    for (const pid of stdout.trim().split(' ')) process.kill(Number(pid), 'SIGKILL');
    return false;
  });
}
