import type { z } from 'zod';
import type { brickStatus, size, volumeStatus } from '../../glusterd2/wire.ts';
import { toBrickInfos, toVolumeInfo } from '../volume-info.ts';
import type { VolumeStatus } from '../volumes/volume-status.ts';

/** `GET /v1/volumes/{v}/status`. */
export function toVolumeStatus(status: VolumeStatus): z.input<typeof volumeStatus> {
  return {
    info: toVolumeInfo(status.volume),
    online: status.isOnline,
    size: toSize(status.totalBytes, status.freeBytes),
  };
}

/** `GET /v1/volumes/{v}/bricks`: in volume order; zeros for a brick whose server is down, as glusterd2 has it. */
export function toBrickStatuses(status: VolumeStatus): readonly z.input<typeof brickStatus>[] {
  return toBrickInfos(status.volume).map((info, index) => {
    const brick = status.bricks[index];
    return {
      info,
      online: brick?.online ?? false,
      pid: brick?.pid ?? 0,
      port: brick?.port ?? 0,
      'fs-type': brick?.fsType ?? '',
      'mount-opts': brick?.mountOptions ?? '',
      device: brick?.device ?? '',
      size: toSize(brick?.sizeTotal ?? 0n, brick?.sizeFree ?? 0n),
    };
  });
}

function toSize(total: bigint, free: bigint): z.input<typeof size> {
  return { capacity: Number(total), used: Number(total - free), free: Number(free) };
}
