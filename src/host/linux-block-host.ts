import type { BlockHost } from '../staging/block/block-host.ts';
import { contentOf } from './device-content.ts';
import { deviceFileSystem } from './device-file-system.ts';
import { makeFile, removeFile } from './empty-file.ts';
import { createLinuxHost } from './linux-host.ts';
import { attachDirect, detach, deviceBytes, growLoop, loopAt, loopsOf } from './loop-devices.ts';

/** The machine that this process runs on, with its loop devices. Needs what `createLinuxHost` needs, and the host's /dev. */
export function createLinuxBlockHost(): BlockHost {
  return {
    ...createLinuxHost(),
    ...deviceFileSystem,
    makeFile,
    removeFile,
    loops: loopsOf,
    loopAt,
    attachLoop: attachDirect,
    detachLoop: detach,
    deviceBytes,
    growLoop,
    content: contentOf,
  };
}
