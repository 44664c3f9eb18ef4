/**
 * Run by redaction.test.ts in a process of its own, whose log is then searched: sends secrets to every
 * RPC of the controller that takes them, well and badly, and logs every message of csi.proto that holds some.
 */
import { parseChap } from '../../src/csi/chap-secrets.ts';
import { log } from '../../src/telemetry/log.ts';
import { createRequest as blockRequest, startBlockController } from './block-controller-harness.ts';
import { createRequest, GIB, MOUNT, startController } from './controller-harness.ts';
import { INITIATOR, startLunNode } from './iscsi-node-harness.ts';

const [canary = '', ...messages] = process.argv.slice(2);
const secrets = { password: canary, user: canary };
const volumeId = 'gl1:volume:east:pvc-1';

await using harness = await startController();
const told: unknown[] = [];
const tell = (work: Promise<unknown>) =>
  work.then((reply) => told.push(reply)).catch((error) => told.push(error));

harness.backend.faults.plan('start', 'fail-after');
for (let i = 0; i < 2; i += 1) {
  const flag = { mount: { mountFlags: [`log-level=${canary}`] }, accessMode: MOUNT.accessMode ?? {} };
  await tell(harness.rpc('CreateVolume', createRequest('pvc-1', { secrets })));
  await tell(harness.rpc('CreateVolume', createRequest('', { secrets })));
  await tell(harness.rpc('CreateVolume', createRequest('pvc-2', { secrets, volumeCapabilities: [flag] })));
  await tell(
    harness.rpc('ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: GIB }, secrets }),
  );
  await tell(harness.rpc('ValidateVolumeCapabilities', { volumeId, volumeCapabilities: [MOUNT], secrets }));
  await tell(harness.rpc('CreateSnapshot', { sourceVolumeId: volumeId, name: 's', secrets }));
  const snapshotId = 'gl1:snap:east:s';
  const volumeContentSource = { snapshot: { snapshotId } };
  await tell(harness.rpc('CreateSnapshot', { sourceVolumeId: volumeId, name: '', secrets }));
  await tell(harness.rpc('CreateVolume', createRequest('pvc-3', { secrets, volumeContentSource })));
  await tell(harness.rpc('ListSnapshots', { snapshotId, secrets }));
  await tell(harness.rpc('GetSnapshot', { snapshotId, secrets }));
  await tell(harness.rpc('CreateVolumeGroupSnapshot', { name: 'g', sourceVolumeIds: [volumeId], secrets }));
  const groupSnapshotId = 'gl1:group:east:g';
  await tell(harness.rpc('GetVolumeGroupSnapshot', { groupSnapshotId, secrets }));
  await tell(harness.rpc('DeleteVolumeGroupSnapshot', { groupSnapshotId, secrets }));
  await tell(harness.rpc('DeleteSnapshot', { snapshotId, secrets }));
  await tell(harness.rpc('ControllerPublishVolume', { volumeId, nodeId: 'n', secrets }));
  await tell(harness.rpc('DeleteVolume', { volumeId, secrets }));
}
const chap = { 'node.session.auth.username': canary, 'node.session.auth.password': canary };
await using block = await startBlockController();
const parameters = { kind: 'block' };
const made = await block.create('lun', { ...blockRequest('lun'), parameters, secrets: chap });
for (const nodeId of [
  'n@10.0.0.1',
  'n@10.0.0.1@iqn.2026-11.org.example:n',
  'm@10.0.0.2@iqn.2026-11.org.example:m',
]) {
  await tell(block.publish(made, { nodeId, secrets: chap }));
  await tell(block.publish(made, { nodeId, secrets: { 'node.session.auth.password': canary } }));
}
await using lunNode = await startLunNode();
for (const change of [
  {},
  { 'node.session.auth.username_in': canary, 'node.session.auth.password_in': canary },
]) {
  await tell(lunNode.stage({ secrets: { ...chap, ...change } }));
}
lunNode.target.initiators.set(INITIATOR, { username: canary, password: canary });
await tell(lunNode.stage({ secrets: chap }));
await tell(lunNode.publish());
log.info(
  { login: { iqn: 'iqn', chap: parseChap({ ...chap, 'node.session.auth.username': 'node' }) } },
  'a login',
);

for (const message of messages) {
  log.info({ message, secrets }, 'a message');
  log.info({ message, request: { volumeId, secrets } }, 'a message within');
}
console.log(JSON.stringify(told, (_key, value) => (value instanceof Error ? String(value) : value)));
