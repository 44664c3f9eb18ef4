import { type Call, checkpoint, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import { brickBytes } from '../brick-layout.ts';
import type { BrickRequest, StoredBrick } from '../bricks/brick-store.ts';
import { type CapacityQuestion, placeSize } from '../capacity.ts';
import { attemptOnAll, named, type Refusal } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import type { PlacedBrick } from '../placement.ts';
import { shortage } from '../shortage.ts';
import { afterMutation } from './after-mutation.ts';
import { type Survey, toPlacementServers } from './survey.ts';

export interface Reservation {
  readonly name: string;
  readonly size: bigint;
  readonly question: CapacityQuestion;
  readonly token: string;
}

/** A brick of the new volume, in volume order. */
export interface ReservedBrick {
  readonly server: StorageServer;
  readonly path: string;
}

const ATTEMPTS = 3;
const UNDO_MS = 60_000;
/** Refusals that concern one server: the volume may have room without it. */
const ELSEWHERE = ['exhausted', 'unreachable', 'uncertain', 'timed-out', 'not-found', 'wrong-state'] as const;

/**
 * Chooses devices and reserves the volume's bricks on all servers at once. A server that refuses is left out and
 * the rest chosen again. When it throws, whatever it reserved is undone, or the fault is `uncertain`.
 */
export async function reserveBricks(
  reservation: Reservation,
  survey: Survey,
  call: Call,
): Promise<readonly ReservedBrick[]> {
  const refusals: Refusal[] = [];
  let isClean = true;
  const failed = (reason: unknown) =>
    isClean ? undone(reason) : afterMutation(reason, `volume ${reservation.name}`);
  for (let attempt = 1; ; attempt += 1) {
    const placed = choose(reservation, survey, refusals);
    if (placed instanceof Fault) throw failed(placed);
    const { bricks, refused } = await reserveAll(reservation, placed, survey, call);
    if (refused.length === 0) return bricks;
    isClean = (await undoReserved(reservation, serversFor(placed, survey), call)) && isClean;
    const final = finalRefusal(refused, attempt);
    if (final !== undefined) throw failed(named(final));
    refusals.push(...refused);
    checkpoint(call);
  }
}

/** The refusal that ends the search: one that holds for all servers, or any at the last attempt. */
function finalRefusal(refused: readonly Refusal[], attempt: number): Refusal | undefined {
  const everywhere = refused.find(({ reason }) => !isFault(reason, ...ELSEWHERE));
  return everywhere ?? (attempt < ATTEMPTS ? undefined : refused[0]);
}

/** Removes what the token reserved on these servers. False when that failed somewhere: the token's end dooms the rest. */
export async function undoReserved(
  { name, token }: Pick<Reservation, 'name' | 'token'>,
  servers: readonly StorageServer[],
  call: Call,
): Promise<boolean> {
  const fresh = detached(call, UNDO_MS);
  const { refused } = await attemptOnAll(servers, (server) => server.undo(name, token, fresh));
  for (const { server, reason } of refused) {
    log.warn({ err: reason, volume: name, server: server.host }, 'reserved bricks could not be undone');
  }
  return refused.length === 0;
}

function choose(
  { name, size, question }: Reservation,
  survey: Survey,
  refusals: readonly Refusal[],
): readonly PlacedBrick[] | Fault {
  const out = new Set(refusals.map(({ server }) => server.peerId));
  const servers = toPlacementServers(survey).filter(({ peerId }) => !out.has(peerId));
  const placed = placeSize(question, size, servers);
  if (placed !== undefined) return placed;
  const missing = [
    ...survey.missing.map(({ server, reason }) => ({ host: server.host, reason })),
    ...refusals.map(({ server, reason }) => ({
      host: server.host,
      reason: isFault(reason) ? reason.message : 'its gateway failed',
    })),
  ];
  const isFull = refusals.length > 0 && refusals.every(({ reason }) => isFault(reason, 'exhausted'));
  const fault = shortage({ volume: name, size, question, servers, missing });
  return isFull && survey.missing.length === 0 ? new Fault('exhausted', fault.message) : fault;
}

async function reserveAll(
  { name, size, question, token }: Reservation,
  placed: readonly PlacedBrick[],
  survey: Survey,
  call: Call,
) {
  const bytes = brickBytes(question.layout, size, question.averageFileBytes);
  const { done, refused } = await attemptOnAll(serversFor(placed, survey), (server) => {
    const own = placed.filter(({ peerId }) => peerId === server.peerId);
    const requests = own.map(
      ({ subvol, brick, device }): BrickRequest => ({
        volume: name,
        subvol,
        brick,
        device,
        provisioner: question.provisioner,
        dataBytes: bytes[brick] ?? size,
      }),
    );
    return server.reserve(token, requests, call);
  });
  const made = done.flatMap(({ server, result }) => result.map((brick) => ({ server, brick })));
  return { bricks: inVolumeOrder(made), refused };
}

function inVolumeOrder(
  made: readonly { readonly server: StorageServer; readonly brick: StoredBrick }[],
): readonly ReservedBrick[] {
  return made
    .toSorted((a, b) => a.brick.subvol - b.brick.subvol || a.brick.brick - b.brick.brick)
    .map(({ server, brick }) => ({ server, path: brick.path }));
}

function serversFor(placed: readonly PlacedBrick[], survey: Survey): readonly StorageServer[] {
  const wanted = new Set(placed.map(({ peerId }) => peerId));
  return survey.present.map(({ server }) => server).filter(({ peerId }) => wanted.has(peerId));
}

/** All was undone, so what one server was uncertain about is none any more. */
function undone(reason: unknown): unknown {
  if (!isFault(reason, 'uncertain')) return reason;
  return new Fault('unreachable', reason.message, { cause: reason });
}
