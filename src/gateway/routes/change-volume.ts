import { invalid } from '../../control/fault.ts';
import {
  ADDITIONS,
  volumeEditRequest,
  volumeExpandRequest,
  volumeOptionsRequest,
  volumeOptionsResetRequest,
  volumeResizeRequest,
} from '../../glusterd2/wire.ts';
import { layoutOf } from '../brick-layout.ts';
import { volumeParam } from '../params.ts';
import { bodyRoute, ok, type Route } from '../route.ts';
import { toVolumeInfo } from '../volume-info.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { editVolume } from '../volumes/edit-volume.ts';
import { exchangeMetadata } from '../volumes/exchange-metadata.ts';
import { expandByBricks } from '../volumes/expand-by-bricks.ts';
import { resizeVolume } from '../volumes/resize-volume.ts';
import { resetOptions, setOptions } from '../volumes/set-options.ts';
import { parseFlags, toNamedBrick } from './named-bricks.ts';

const VOLUME = '/v1/volumes/:volname';

/** Size, metadata and options of a volume. */
export function changeVolumeRoutes(deps: VolumeDeps): readonly Route[] {
  return [resizeRoute(deps), expandRoute(deps), editRoute(deps), ...optionRoutes(deps)];
}

function resizeRoute(deps: VolumeDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: `${VOLUME}/resize`,
    name: ADDITIONS.resize,
    description: 'gives the volume at least this size, online; repeats safely',
    access: 'driver',
    schema: volumeResizeRequest,
    async handle(request, call) {
      const { size } = request.body;
      return ok(toVolumeInfo(await resizeVolume(deps, volumeParam(request), () => size, call)));
    },
  });
}

/** glusterd2's expand: `size` is added, which must not be repeated blindly. */
function expandRoute(deps: VolumeDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: `${VOLUME}/expand`,
    name: 'VolumeExpand',
    description: 'adds size (with the present distribute count) or named bricks',
    access: 'driver',
    requestType: 'api.VolExpandReq',
    responseType: 'api.VolumeExpandResp',
    schema: volumeExpandRequest,
    async handle(request, call) {
      const { size = 0n, distribute, replica, bricks = [], flags, force } = request.body;
      const name = volumeParam(request);
      if (size > 0n && bricks.length > 0) throw invalid('bricks', 'cannot go with size; give one of them');
      if (size > 0n) {
        const grown = await resizeVolume(
          deps,
          name,
          (volume, capacity) => {
            const { subvols } = layoutOf(volume);
            if ((distribute ?? subvols) === subvols) return capacity + size;
            throw invalid('distribute', `must be the present number of brick sets (${subvols})`);
          },
          call,
        );
        return ok(toVolumeInfo(grown));
      }
      if (bricks.length === 0) throw invalid('size', 'give size or bricks');
      const expansion = { name, replica, bricks: bricks.map(toNamedBrick), ...parseFlags(flags, force) };
      return ok(toVolumeInfo(await expandByBricks(deps, expansion, call)));
    },
  });
}

function editRoute(deps: VolumeDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: `${VOLUME}/edit`,
    name: 'EditVolume',
    additions: [ADDITIONS.exchange],
    description: 'merges into the metadata, deletes keys from it, or replaces it if it is as expected',
    access: 'driver',
    requestType: 'api.VolEditReq',
    responseType: 'api.VolumeEditResp',
    schema: volumeEditRequest,
    async handle(request, call) {
      const { metadata, expected } = request.body;
      const name = volumeParam(request);
      const remove = request.body['delete-metadata'] === true;
      if (expected === undefined) {
        return ok(toVolumeInfo(await editVolume(deps, name, { metadata, remove }, call)));
      }
      if (remove) throw invalid('delete-metadata', 'cannot go with expected; give what is to be there');
      return ok(toVolumeInfo(await exchangeMetadata(deps, name, { metadata, expected }, call)));
    },
  });
}

function optionRoutes(deps: VolumeDeps): readonly Route[] {
  const path = `${VOLUME}/options`;
  return [
    bodyRoute({
      method: 'POST',
      path,
      name: 'VolumeOptions',
      description: 'sets options',
      access: 'driver',
      requestType: 'api.VolOptionReq',
      responseType: 'api.VolumeOptionResp',
      schema: volumeOptionsRequest,
      handle: async (request, call) =>
        ok(toVolumeInfo(await setOptions(deps, volumeParam(request), request.body.options, call))),
    }),
    bodyRoute({
      method: 'DELETE',
      path,
      name: 'VolumeReset',
      description: 'puts options back to their defaults',
      access: 'driver',
      requestType: 'api.VolOptionResetReq',
      responseType: 'api.VolumeOptionResp',
      schema: volumeOptionsResetRequest,
      async handle(request, call) {
        const asked = { options: request.body.options ?? [], all: request.body.all === true };
        return ok(toVolumeInfo(await resetOptions(deps, volumeParam(request), asked, call)));
      },
    }),
  ];
}
