import { MemoryIscsiHost } from '../fakes/memory-iscsi-host.ts';
import { MemoryTargets } from '../fakes/memory-targets.ts';
import { iscsiHostContract } from './iscsi-host.ts';

const MIB = 1024n ** 2n;
const NODE = 'iqn.2026-11.org.example:node-1';
const IQN = 'iqn.2026-11.org.example:disk';
const SERIAL = '9a8e1f5e-7a3b-4c53-8f0d-9d9a2a3b1c77';

iscsiHostContract('the memory host: iscsi', async () => {
  const targets = new MemoryTargets();
  const portals = ['10.0.0.1:3260', '[fd00::2]:3260'];
  const bytes = 400n * MIB;
  const target = targets.add(IQN, { portals, serial: SERIAL, bytes });
  const host = new MemoryIscsiHost(targets, NODE);
  return {
    host,
    folder: '/work',
    lun: { iqn: IQN, portals, lun: 0, wwn: SERIAL },
    bytes,
    deadPortal: '10.0.0.9:3260',
    admit: async (chap) => void target.initiators.set(NODE, chap),
    resize: async (size) => {
      target.disk.bytes = size;
    },
    scribble: async () => {
      target.disk.content = 'other';
    },
    records: async () => [...host.kept.records],
    [Symbol.asyncDispose]: async () => {},
  };
});
