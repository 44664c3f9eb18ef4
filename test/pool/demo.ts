import { parseArgs } from 'node:util';
import { CsiVolume, GIB } from './lab/csi-volume.ts';
import { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { Lab } from './lab/lab.ts';
import { stateFolderOf } from './lab/state-folder.ts';
import { sweep } from './lab/sweep.ts';
import { namespacesOf, tracesOf } from './lab/traces.ts';
import { until } from './lab/until.ts';
import { untilHealed } from './lab/until-healed.ts';

/**
 * `npm run demo`: one volume's life on three real GlusterFS servers, a line and a time for each step. With
 * `-- --keep` everything stays up afterwards, with `-- --down` it is taken down.
 */
const NAME = 'demo';
const FILE_MIB = 64;
const { values: flags } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, down: { type: 'boolean', default: false } },
});

if (flags.down) await step('take down what an earlier demo kept', () => sweep(stateFolderOf(NAME)));
else await demo();

async function demo(): Promise<void> {
  console.log('three GlusterFS servers (g1 g2 g3) and two nodes (w1 w2), each in namespaces of its own\n');
  const lab = await step('bring up the pool', () => Lab.up({ name: NAME }));
  const namespaces = await namespacesOf(lab.folder);
  try {
    const deployment = await step('start three gateways, the controller, two node services', () =>
      Deployment.on(lab),
    );
    await walk(deployment);
    await deployment.close();
    if (flags.keep) return await keep(deployment);
  } catch (error) {
    console.error(`\nthe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
  await step('take everything down', () => lab.down());
  const traces = await tracesOf(lab.folder, namespaces);
  console.log(
    `\nleft over: ${traces.processes} processes, ${traces.mounts} mounts and namespaces, ${traces.loops} loop devices`,
  );
  if (traces.processes + traces.mounts + traces.loops > 0 || traces.folder) process.exitCode = 1;
}

async function walk(deployment: Deployment): Promise<void> {
  const { lab } = deployment;
  const volume = await step('CreateVolume: 1 GiB, replica 3', () =>
    CsiVolume.create(deployment, { name: 'demo', bytes: GIB }),
  );
  await step('NodeStageVolume on w1', () => volume.stage(1));
  const near = await step('NodePublishVolume on w1', () => volume.publish(1));
  const written = await step(`write ${FILE_MIB} MiB on w1`, () => write(lab, `${near}/one`));
  const far = await step('NodeStageVolume and NodePublishVolume on w2', () => volume.mount(2));
  await step('read them on w2', async () => expectSame(await checksum(lab, 2, `${far}/one`), written));
  await step('ControllerExpandVolume to 2 GiB', () => volume.expand(2n * GIB));
  await step(
    'ListVolumes',
    () => list(deployment),
    ({ length }) => `${length} volume`,
  );
  await step(
    'NodeGetVolumeStats on w1',
    () => stats(deployment, volume),
    (text) => text,
  );
  await step('kill server g3: power cut', () => lab.server(3).powerCut());
  const second = await step(`write another ${FILE_MIB} MiB meanwhile`, () => write(lab, `${near}/two`));
  await step('boot g3 again', () => deployment.bootServer(3));
  await step('heal', () => untilHealed(lab.server(1), volume.glusterName, 3));
  await step('read all of it on w2', async () => expectSame(await checksum(lab, 2, `${far}/two`), second));
  await step('NodeUnpublishVolume and NodeUnstageVolume on both', async () => {
    await volume.unmount(1);
    await volume.unmount(2);
  });
  await step('DeleteVolume', () => deleted(volume));
  await expectNothingLeft(lab);
}

async function step<T>(what: string, act: () => Promise<T>, tell?: (result: T) => string): Promise<T> {
  const started = performance.now();
  const result = await act();
  const seconds = ((performance.now() - started) / 1000).toFixed(3);
  console.log(`${seconds.padStart(8)} s  ${what}${tell === undefined ? '' : `: ${tell(result)}`}`);
  return result;
}

/** Resolves with the checksum of what was written. */
async function write(lab: Lab, path: string): Promise<string> {
  const argv = ['dd', 'if=/dev/urandom', `of=${path}`, 'bs=1M', `count=${FILE_MIB}`, 'conv=fsync'];
  await lab.worker(1).must(argv);
  return checksum(lab, 1, path);
}

async function checksum(lab: Lab, worker: number, path: string): Promise<string> {
  const [sum = ''] = (await lab.worker(worker).must(['sha256sum', path])).split(' ');
  return sum;
}

function expectSame(read: string, written: string): void {
  if (read !== written) throw new Error('what was read is not what was written');
}

async function list(deployment: Deployment): Promise<readonly unknown[]> {
  return (await deployment.controllerClient.controller.ListVolumes({})).entries;
}

async function stats(deployment: Deployment, volume: CsiVolume): Promise<string> {
  const reply = await deployment.node(1).node.NodeGetVolumeStats({
    volumeId: volume.id,
    volumePath: volume.targetPath(1),
    stagingTargetPath: volume.stagingPath(1),
  });
  const bytes = reply.usage.find(({ unit }) => unit === 'BYTES');
  const mib = (text: string | number | undefined) => Math.round(Number(text ?? 0) / 2 ** 20);
  return `${mib(bytes?.used)} of ${mib(bytes?.total)} MiB used, ${mib(bytes?.available)} MiB available`;
}

/** The bricks may still count a client that has just gone; the provisioner retries as this does. */
async function deleted(volume: CsiVolume): Promise<void> {
  let last: unknown;
  await until(
    'no client is connected any more',
    () =>
      volume.delete().then(
        () => true,
        (error: unknown) => {
          last = error;
          return false;
        },
      ),
    { everyMs: 250 },
  ).catch((cause: unknown) => {
    throw last ?? cause;
  });
}

async function keep(deployment: Deployment): Promise<void> {
  const { lab } = deployment;
  await lab.keep();
  const machines = [...lab.servers.map(({ machine }) => machine), ...lab.workers];
  const shell = ({ init }: { readonly init: number }) => `nsenter -t ${init} -m -u -n -p`;
  console.log(
    [
      '\neverything is still up:',
      ...machines.map((machine) => `  a shell on ${machine.name}:  ${shell(machine)} bash`),
      `  the controller's socket:  ${lab.worker(1).folder}/controller.sock`,
      `  the node services' sockets:  ${lab.workers.map(({ folder }) => `${folder}/node.sock`).join('  ')}`,
      `  logs and configuration:  ${lab.folder}`,
      '  take it down:  npm run demo -- --down',
    ].join('\n'),
  );
}
