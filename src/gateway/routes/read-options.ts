import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { volumeOption } from '../../glusterd2/wire.ts';
import type { Gluster } from '../gluster-cli/gluster.ts';
import { volumeParam } from '../params.ts';
import { ok, type Route, type RouteRequest, route } from '../route.ts';
import { toOptionName } from '../volume-options.ts';
import { RECORD_OPTION } from '../volume-record.ts';
import { getVolume } from '../volumes/get-volume.ts';

type Option = z.input<typeof volumeOption>;

/** Reading options: all that gluster knows, or one. */
export function readOptionRoutes(gluster: Gluster): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/volumes/:volname/options',
      name: 'VolumeOptionsGet',
      description: 'all options and their values',
      access: 'driver',
      responseType: 'api.VolumeOptionsGetResp',
      handle: async (request, call) => ok(await readOptions(gluster, request, undefined, call)),
    }),
    route({
      method: 'GET',
      path: '/v1/volumes/:volname/options/*',
      name: 'VolumeOptionGet',
      description: 'one option and its value',
      access: 'driver',
      responseType: 'api.VolumeOptionGetResp',
      async handle(request, call) {
        const name = toOptionName(request.params['*'] ?? '');
        const [option] = (await readOptions(gluster, request, name, call)).filter((one) => one.name === name);
        if (option === undefined) throw new Fault('not-found', `option ${JSON.stringify(name)} not found`);
        return ok(option);
      },
    }),
  ];
}

const NAME = /^[a-z][a-z0-9._-]{0,127}$/;

async function readOptions(
  gluster: Gluster,
  request: RouteRequest<unknown>,
  option: string | undefined,
  call: Call,
): Promise<readonly Option[]> {
  if (option !== undefined && !NAME.test(option)) return [];
  const volume = await getVolume(gluster, volumeParam(request), call);
  const told = await gluster.options(volume.name, option, call).catch((error: unknown) => {
    if (option !== undefined && error instanceof Fault && error.kind === 'invalid') return [];
    throw error;
  });
  return told
    .filter(({ name }) => name !== RECORD_OPTION)
    .map(({ name, value, isDefault }) => ({
      name,
      value,
      modified: !isDefault,
      // The classic command tells the value in force only.
      'default-value': isDefault ? value : '',
      'option-level': '',
    }));
}
