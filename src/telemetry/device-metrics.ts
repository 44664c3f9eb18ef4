import { Gauge } from 'prom-client';
import { registry } from './registry.ts';

const registers = [registry];

const bytes = new Gauge({
  name: 'gluster_csi_device_bytes',
  help: 'Bytes of a device, by what they are.',
  labelNames: ['device', 'kind'] as const,
  registers,
});
const snapshots = new Gauge({
  name: 'gluster_csi_device_snapshots',
  help: 'Images of snapshots on a device.',
  labelNames: ['device'] as const,
  registers,
});

export interface DeviceObservation {
  readonly device: string;
  readonly snapshots: number;
  readonly bytes: Readonly<Record<'total' | 'bricks' | 'snapshots' | 'allocated' | 'owed' | 'free', bigint>>;
}

/** The devices of this server, as last looked at. */
export function setDevices(devices: readonly DeviceObservation[]): void {
  bytes.reset();
  snapshots.reset();
  for (const { device, ...seen } of devices) {
    snapshots.set({ device }, seen.snapshots);
    for (const [kind, value] of Object.entries(seen.bytes)) bytes.set({ device, kind }, Number(value));
  }
}
