import { Fault, invalid } from '../control/fault.ts';
import { parseVolumeName } from '../volumes/ids.ts';
import type { RouteRequest } from './route.ts';

/** Wider than what we make: volumes that others made are told of too. "all" means every volume to gluster. */
const VOLUME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_PAGE = 10_000;

type Params = Pick<RouteRequest<unknown>, 'params'>;

/** A name that no volume can have is that of no volume: throws `not-found`. */
export function volumeParam({ params }: Params): string {
  const name = params['volname'] ?? '';
  if (!VOLUME.test(name) || name === 'all') throw new Fault('not-found', 'volume not found');
  return name;
}

/** Throws `not-found`. */
export function blockParam({ params }: Params): string {
  const name = params['name'] ?? '';
  if (!VOLUME.test(name)) throw new Fault('not-found', 'block volume not found');
  return name;
}

/** Throws `not-found`. */
export function snapshotParam({ params }: Params): string {
  const name = params['snapname'] ?? '';
  if (!VOLUME.test(name)) throw new Fault('not-found', 'snapshot not found');
  return name;
}

/** Throws `not-found`. */
export function groupParam({ params }: Params): string {
  const name = params['group'] ?? '';
  if (!VOLUME.test(name)) throw new Fault('not-found', 'snapshot group not found');
  return name;
}

/** Throws `invalid` for what is no UUID. */
export function peerParam({ params }: Params): string {
  const id = params['peerid'] ?? '';
  if (!UUID.test(id)) throw invalid('peerid', 'is no peer id (a UUID)');
  return id.toLowerCase();
}

/** The device's path, which the URL gives without its leading slash. */
export function deviceParam({ params }: Params): string {
  return `/${params['*'] ?? ''}`;
}

/** Throws `invalid`. */
export function limitQuery(query: URLSearchParams): number | undefined {
  const text = query.get('limit');
  if (text === null) return undefined;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_PAGE) throw invalid('limit', `give a number from 1 to ${MAX_PAGE}`);
  return limit;
}

/** Metadata that a volume must have; undefined when none is named. Throws `invalid` for a key without a value. */
export function markQuery(
  query: URLSearchParams,
): { readonly key: string; readonly value: string } | undefined {
  const [key, value] = [query.get('key'), query.get('value')];
  if (key === null && value === null) return undefined;
  if (key === null || value === null) throw invalid('key', 'goes with a value; give both or none');
  return { key, value };
}

/** Throws `invalid`. */
export function hostingQuery({ query }: Pick<RouteRequest<unknown>, 'query'>): string | undefined {
  const name = query.get('hostingvolume');
  return name === null ? undefined : parseVolumeName(name, 'hostingvolume');
}

/** A query that is true or false; false when it is absent. Throws `invalid`. */
export function flagQuery({ query }: Pick<RouteRequest<unknown>, 'query'>, name: string): boolean {
  const text = query.get(name) ?? 'false';
  if (text !== 'true' && text !== 'false') throw invalid(name, 'is true or false');
  return text === 'true';
}
