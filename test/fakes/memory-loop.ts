import type { LoopDevice } from '../../src/staging/block/block-host.ts';
import type { Mount } from '../../src/staging/host.ts';
import type { MemoryDisk } from './memory-disk.ts';

interface Made {
  readonly disk: MemoryDisk;
  readonly file: string;
  readonly isReadonly: boolean;
  /** The file system that its file lies in. */
  readonly client: string;
}

/** A loop device of the machine in memory. */
export interface Loop extends Made {
  readonly sequence: string;
  isGoing: boolean;
  isDirect: boolean;
  /** Its file system gives errors. */
  hasFailed: boolean;
}

const NODE = /^\/loop(\d+)$/;
let made = 0;

export function newLoop({ disk, file, isReadonly, client }: Made): Loop {
  made += 1;
  const state = { isGoing: false, isDirect: true, hasFailed: false };
  return { disk, file, isReadonly, client, sequence: String(made), ...state };
}

export function toDevice([number, loop]: readonly [number, Loop]): LoopDevice {
  const { sequence, isReadonly, isGoing, isDirect } = loop;
  return { path: `/dev/loop${number}`, sequence, isReadonly, isGoing, isDirect };
}

/** True for mounts of the device's file system, and binds of its node. */
export function isOf({ device, root, fsType }: Mount, number: number): boolean {
  return device === `7:${number}` || (fsType === 'devtmpfs' && NODE.exec(root)?.[1] === String(number));
}

export function numberOf(device: string): number {
  return Number(device.replace('/dev/loop', ''));
}
