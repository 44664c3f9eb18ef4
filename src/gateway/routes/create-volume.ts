import { Fault, invalid } from '../../control/fault.ts';
import { type VolumeCreateRequest, volumeCreateRequest } from '../../glusterd2/wire.ts';
import { parseVolumeName } from '../../volumes/ids.ts';
import { parseLayout } from '../brick-layout.ts';
import { type CapacityQuestion, MIN_VOLUME_BYTES } from '../capacity.ts';
import { bodyRoute, type Route } from '../route.ts';
import { toVolumeInfo } from '../volume-info.ts';
import { parseOptions } from '../volume-options.ts';
import { checkMetadata } from '../volume-record.ts';
import { createByBricks } from '../volumes/create-by-bricks.ts';
import { createBySize } from '../volumes/create-by-size.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { parseNamedBricks } from './named-bricks.ts';

/** `POST /v1/volumes`: by size, or of bricks that the client names. */
export function createVolumeRoute(deps: VolumeDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: '/v1/volumes',
    name: 'VolumeCreate',
    description: 'makes a volume, by size or of named bricks; it is not started',
    access: 'driver',
    requestType: 'api.VolCreateReq',
    responseType: 'api.VolumeCreateResp',
    schema: volumeCreateRequest,
    async handle({ body }, call) {
      const name = parseVolumeName(body.name, 'name');
      const options = parseOptions(body.options ?? {});
      const metadata = body.metadata ?? {};
      checkMetadata(metadata);
      const wanted = { name, options, metadata };
      const size = body.size ?? 0n;
      const volume =
        size > 0n
          ? await createBySize(deps, { ...wanted, size, question: parseQuestion(deps, body) }, call)
          : await createByBricks(deps, { ...wanted, ...parseNamedBricks(body) }, call);
      return { status: 201, body: toVolumeInfo(volume), headers: { Location: `/v1/volumes/${name}` } };
    },
  });
}

function parseQuestion(deps: VolumeDeps, body: VolumeCreateRequest): CapacityQuestion {
  if ((body.size ?? 0n) < MIN_VOLUME_BYTES) {
    throw invalid('size', `invalid Volume Size, Minimum size required is ${MIN_VOLUME_BYTES}`);
  }
  if (body.subvols !== undefined) throw invalid('subvols', 'cannot go with size; give one of them');
  if ((body['snapshot-reserve-factor'] ?? 1) !== 1) {
    throw new Fault(
      'unsupported',
      'snapshot-reserve-factor: each snapshot has the whole size of its volume reserved; leave it out',
    );
  }
  const average = body['average-file-size'];
  return {
    ...toQuestion(deps, body),
    ...(average === undefined || average === 0n ? {} : { averageFileBytes: average }),
  };
}

type QuestionFields = Pick<
  VolumeCreateRequest,
  | 'provisioner'
  | 'replica'
  | 'arbiter'
  | 'disperse'
  | 'disperse-data'
  | 'disperse-redundancy'
  | 'distribute'
  | 'limit-peers'
  | 'limit-zones'
  | 'exclude-peers'
  | 'exclude-zones'
>;

/** Which devices a volume may use and how, from glusterd2's fields. Throws `invalid`. */
export function toQuestion(deps: Pick<VolumeDeps, 'accountOf'>, body: QuestionFields): CapacityQuestion {
  return {
    layout: parseLayout(body),
    provisioner: body.provisioner ?? 'loop',
    limits: {
      peers: body['limit-peers'] ?? [],
      zones: body['limit-zones'] ?? [],
      excludePeers: body['exclude-peers'] ?? [],
      excludeZones: body['exclude-zones'] ?? [],
    },
    accountOf: deps.accountOf,
  };
}
