import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import { hostingOptions } from '../block/block-options.ts';
import { putBackHosting } from '../block/exchange-hosting.ts';
import { generationOf, isHosting, providerOf } from '../block/publications.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { parseRecord, RECORD_OPTION } from '../volume-record.ts';
import { afterMutation } from './after-mutation.ts';
import { type VolumeDeps, volumeKey } from './deps.ts';
import { getVolume } from './get-volume.ts';
import { lacksRecord } from './own-bricks.ts';
import { ownOptions } from './own-options.ts';
import { keptBricks, requireServers, type Survey, surveyServers } from './survey.ts';

/**
 * One volume, for a reader: as Gluster tells it, with its record put back when a reset has wiped it. Throws
 * `not-found`, `busy`, `unreachable` when servers that may have the only copy do not answer.
 */
export async function readVolume(deps: VolumeDeps, name: string, call: Call): Promise<GlusterVolume> {
  const volume = await getVolume(deps.gluster, name, call);
  const mirror = await findMirror(deps, volume, call);
  if (mirror === undefined) return volume;
  using _lock = deps.locks.acquire(volumeKey(name));
  return putBack(deps, volume, mirror, call);
}

/** The same for a caller that has the volume and its lock, and perhaps a survey of its name. */
export async function withRecord(
  deps: VolumeDeps,
  volume: GlusterVolume,
  call: Call,
  survey?: Survey,
): Promise<GlusterVolume> {
  const mirror = await findMirror(deps, volume, call, survey);
  return mirror === undefined ? volume : putBack(deps, volume, mirror, call);
}

/** The record that the volume's bricks keep, when it lacks its own; a half-made volume's keep none. */
async function findMirror(
  deps: VolumeDeps,
  volume: GlusterVolume,
  call: Call,
  known?: Survey,
): Promise<string | undefined> {
  if (!lacksRecord(volume)) return undefined;
  const survey = known ?? (await surveyServers(deps.pool, volume.name, call));
  const records = keptBricks(survey, volume)
    .filter(({ isListed }) => isListed)
    .map(({ brick }) => brick.record)
    .filter((record) => record !== undefined);
  // "It has none" would make the volume a foreign one: only all its servers can say that.
  if (records.length === 0) requireServers(survey, volume);
  return records.toSorted(byAge)[0];
}

/**
 * Copies differ when one was missed. Of a volume that hosts block volumes the latest generation counts, so that no
 * node gets back what was taken from it. A volume never shrinks: the largest is the latest. All gateways choose the
 * same.
 */
function byAge(one: string, other: string): number {
  const generations = generationIn(other) - generationIn(one);
  if (generations !== 0) return generations;
  const [a, b] = [capacityOf(one), capacityOf(other)];
  if (a !== b) return a > b ? -1 : 1;
  return one < other ? -1 : 1;
}

function generationIn(record: string): number {
  return generationOf(parseRecord(record) ?? { metadata: {} });
}

function capacityOf(record: string): bigint {
  return parseRecord(record)?.capacity ?? 0n;
}

/** Record, size and access in one command, and of a hosting volume what block volumes need. The caller holds the volume's lock. */
async function putBack(
  deps: VolumeDeps,
  seen: GlusterVolume,
  record: string,
  call: Call,
): Promise<GlusterVolume> {
  // Another gateway may have been faster, and gone on: an option that is there is the truth.
  const volume = await getVolume(deps.gluster, seen.name, call);
  if (volume.id !== seen.id) throw new Fault('busy', `volume ${seen.name} was just made anew; retry`);
  if (volume.options[RECORD_OPTION] !== undefined) return volume;
  const parsed = parseRecord(record) ?? { metadata: {} };
  const isBlock = isHosting(parsed);
  const options = {
    ...(isBlock ? hostingOptions(providerOf(parsed)) : {}),
    ...ownOptions(deps, record),
  };
  log.warn(
    { volume: volume.name, options: Object.keys(options) },
    'the volume was reset; putting back its record, size and access (other options are lost)',
  );
  try {
    // Of a hosting volume the record is who may attach: a late one must not bring back what was taken away meanwhile.
    if (isBlock) return await putBackHosting(deps, volume, { to: record, options }, call);
    await deps.gluster.set(volume.name, options, call);
  } catch (error) {
    throw afterMutation(error, `putting back the record of volume ${volume.name}`);
  }
  return { ...volume, options: { ...volume.options, ...options } };
}
