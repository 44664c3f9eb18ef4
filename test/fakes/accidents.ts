import { expect } from 'chai';
import { Fault, type FaultKind } from '../../src/control/fault.ts';
import { accountOf } from '../../src/gateway/account-of.ts';
import { parseLayout } from '../../src/gateway/brick-layout.ts';
import { NO_LIMITS } from '../../src/gateway/placement.ts';
import { createBySize, type SizedVolume } from '../../src/gateway/volumes/create-by-size.ts';
import type { VolumeDeps } from '../../src/gateway/volumes/deps.ts';
import { type Accident, MemoryServers } from './memory-servers.ts';

export const GIB = 1n << 30n;
const KINDS: readonly Accident['kind'][] = ['fail-before', 'fail-after', 'die-before', 'die-after'];
/** Kinds that tell the driver to ask again; any other is final and must leave nothing behind. */
export const REPEATED: readonly FaultKind[] = ['busy', 'uncertain', 'unreachable', 'timed-out', 'cancelled'];

export function call() {
  return { id: 'test', signal: AbortSignal.timeout(60_000) };
}

export function wanted(request: Parameters<typeof parseLayout>[0] = { replica: 3 }, size = GIB): SizedVolume {
  const question = {
    layout: parseLayout(request),
    provisioner: 'loop' as const,
    limits: NO_LIMITS,
    accountOf,
  };
  return { name: 'v1', size, question, options: { 'cluster.eager-lock': 'off' }, metadata: { owner: 'me' } };
}

export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

/** Runs a verb with each accident at each of its steps, then again on other coordinators until it succeeds. */
export async function withEveryAccident(
  prepare: () => Promise<MemoryServers>,
  verb: (deps: VolumeDeps) => Promise<unknown>,
  check: (servers: MemoryServers, accident: Accident) => Promise<void>,
): Promise<number> {
  const clean = await prepare();
  const { deps, steps } = clean.coordinator(0);
  await verb(deps);
  for (let at = 0; at < steps.names.length; at += 1) {
    for (const kind of KINDS) {
      const servers = await prepare();
      const accident = { at, kind };
      const first = servers.coordinator(0, { accident });
      const failed = await verb(first.deps).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failed !== undefined) {
        expect(failed, first.steps.names.at(-1)).to.be.instanceOf(Fault);
        expect(REPEATED, String(failed)).to.include((failed as Fault).kind);
      }
      await retry(servers, verb, kind.startsWith('die'));
      await check(servers, accident);
    }
  }
  return steps.names.length;
}

async function retry(servers: MemoryServers, verb: (deps: VolumeDeps) => Promise<unknown>, restart: boolean) {
  if (restart) servers.coordinator(0, { restart: true });
  for (let attempt = 1; ; attempt += 1) {
    const { deps } = servers.coordinator(attempt % servers.servers.length);
    try {
      await verb(deps);
      return;
    } catch (error) {
      // The first try may have done it all and lost only the reply.
      if (error instanceof Fault && error.message === 'volume already exists') return;
      if (attempt >= 4 || !(error instanceof Fault) || !REPEATED.includes(error.kind)) throw error;
    }
  }
}

export async function withVolume(size = GIB): Promise<MemoryServers> {
  const servers = new MemoryServers(3);
  const { deps } = servers.coordinator(0);
  await createBySize(deps, wanted({ replica: 3 }, size), call());
  await deps.gluster.start('v1', { force: false }, call());
  return servers;
}
