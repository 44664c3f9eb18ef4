import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { limitTime } from '../../control/limit-time.ts';
import type { StoredBrick } from '../bricks/brick-store.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { attemptOnAll, named } from '../peers/on-all.ts';
import type { Pool } from '../peers/pool.ts';
import type { NodeReport, StorageServer } from '../peers/storage-server.ts';
import type { PlacementServer } from '../placement.ts';

export interface SurveyedServer {
  readonly server: StorageServer;
  readonly report: NodeReport;
}

/** What all servers hold: those that answered, and those that did not. */
export interface Survey {
  readonly present: readonly SurveyedServer[];
  readonly missing: readonly { readonly server: StorageServer; readonly reason: string }[];
}

/** A report is a few milliseconds' work; a server that takes longer than this counts as missing. */
const REPORT_MS = 10_000;

/** Asks all servers at once. A server that does not answer is missing from the survey and fails nothing yet. */
export async function surveyServers(pool: Pool, volume: string | undefined, call: Call): Promise<Survey> {
  const servers = await pool.servers(call);
  using limit = limitTime(call.signal, REPORT_MS);
  const bounded = { id: call.id, signal: limit.signal };
  const { done, refused } = await attemptOnAll(servers, (server) => server.report(volume, bounded));
  call.signal.throwIfAborted();
  return {
    present: done.map(({ server, result }) => ({ server, report: result })),
    missing: refused.map((refusal) => ({ server: refusal.server, reason: wordsOf(named(refusal)) })),
  };
}

function wordsOf(reason: unknown): string {
  return isFault(reason) ? reason.message : 'its gateway failed';
}

/** The servers as placement sees them. Without a zone of its own a server is one. */
export function toPlacementServers(survey: Survey): readonly PlacementServer[] {
  return survey.present.map(({ server, report }) => ({
    peerId: server.peerId,
    host: server.host,
    zone: report.zone ?? server.peerId,
    devices: report.devices,
  }));
}

/** A brick that a server keeps for the volume, and whether the volume lists it. */
export interface KeptBrick {
  readonly server: StorageServer;
  readonly brick: StoredBrick;
  readonly isListed: boolean;
}

/** All bricks of the surveyed name. */
export function keptBricks(survey: Survey, volume: GlusterVolume | undefined): readonly KeptBrick[] {
  const listed = new Set(volume?.bricks.map(({ peerId, path }) => `${peerId}:${path}`));
  return survey.present.flatMap(({ server, report }) =>
    report.bricks.map((brick) => ({
      server,
      brick,
      isListed: listed.has(`${server.peerId}:${brick.path}`),
    })),
  );
}

/** The distinct servers of some bricks. */
export function serversOf(bricks: readonly { readonly server: StorageServer }[]): readonly StorageServer[] {
  return [...new Set(bricks.map(({ server }) => server))];
}

/** Throws `unreachable`, naming them, when servers that hold bricks of the volume did not answer. */
export function requireServers(survey: Survey, volume: GlusterVolume): void {
  const down = survey.missing.filter(({ server }) =>
    volume.bricks.some(({ peerId }) => peerId === server.peerId),
  );
  if (down.length === 0) return;
  const reasons = down.map(({ server, reason }) => `${server.host} (${reason})`).join(', ');
  throw new Fault(
    'unreachable',
    `volume ${volume.name} has bricks on servers that do not answer: ${reasons}`,
  );
}
