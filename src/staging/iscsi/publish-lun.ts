import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { type Binder, bindContent, type Publication, requireBindable } from '../block/bind-content.ts';
import { findLun } from './find-lun.ts';
import { isOfMap, toLunMount } from './lun-mount.ts';
import { type LunContext, type LunUse, lunPlace } from './lun-volume.ts';
import { restageLun } from './stage-lun.ts';

export interface PublishLun extends LunUse, Omit<Publication, 'id'> {}

/** As `publishBlock` of a virtblock volume: throws the same, and mounts anew what gives errors for good. */
export async function publishLun(context: LunContext, request: PublishLun, call: Call): Promise<void> {
  const { volume, stagingPath, isReadonly } = request;
  const staged = await findLun(context, request, call);
  if (staged.note === undefined) {
    throw new Fault('wrong-state', `volume ${volume.id} is not staged at ${stagingPath}; stage it first`);
  }
  requireBindable(request, isReadonly);
  await restageLun(context, request, call);
  const { content } = await findLun(context, request, call);
  if (content?.target !== lunPlace(request)) {
    throw new Fault('busy', `volume ${volume.id} is being unstaged at ${stagingPath}; retry`);
  }
  await bindContent(lunBinder(context), { publication: { ...request, id: volume.id }, content }, call);
}

/** Binds of multipath devices. */
export function lunBinder({ iscsi }: LunContext): Binder {
  return {
    host: iscsi,
    toContent: toLunMount,
    async hasFailed(mount, call) {
      if (mount.fileSystem !== undefined) {
        return (await iscsi.probeFileSystem(mount.target, call)) === 'failed';
      }
      return !(await iscsi.maps(call)).some((map) => isOfMap(mount, map));
    },
  };
}
