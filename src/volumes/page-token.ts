import { Fault } from '../control/fault.ts';
import { type ClusterName, isViewId, isVolumeName, parseClusterName } from './ids.ts';

/** Where a page begins: after a volume of a cluster, or at the cluster's first. */
export interface PageStart {
  readonly cluster: ClusterName;
  /** A volume's name, or empty; among views, which come after all volumes, `<volume>/<view>`, or `/`. */
  readonly after: string;
}

const VERSION = 'p1';

/** Opaque to the CO. It holds names, so that it means the same to every controller and after a restart. */
export function formatPageToken({ cluster, after }: PageStart): string {
  return Buffer.from(`${VERSION}:${cluster}:${after}`).toString('base64url');
}

/** Throws `stale-token` for anything that formatPageToken did not make. */
export function parsePageToken(token: string): PageStart {
  const [version, cluster = '', after, ...rest] = Buffer.from(token, 'base64url').toString().split(':');
  try {
    const start = { cluster: parseClusterName(cluster), after: after ?? '-' };
    const isWhole = version === VERSION && rest.length === 0 && isPlace(start.after);
    if (isWhole && formatPageToken(start) === token) return start;
  } catch (error) {
    throw staleToken(error);
  }
  throw staleToken();
}

function isPlace(after: string): boolean {
  const [name = '', view, ...rest] = after.split('/');
  if (rest.length > 0 || (view !== undefined && (name === '') !== (view === ''))) return false;
  return (name === '' || isVolumeName(name)) && (view === undefined || view === '' || isViewId(view));
}

/** The token was valid once, or never; either way the listing begins anew. */
export function staleToken(cause?: unknown): Fault {
  return new Fault('stale-token', 'starting_token is unknown; list again from the beginning', { cause });
}
