import { expect } from 'chai';
import { isNoted, notedBy } from '../../src/gateway/snapshots/noting-options.ts';
import { takeSnapshots } from '../../src/gateway/snapshots/take-snapshots.ts';
import { sweep } from '../../src/gateway/sweep.ts';
import { sweepNoting } from '../../src/gateway/sweep-noting.ts';
import { sweepRestores } from '../../src/gateway/sweep-restores.ts';
import { sweepSnapshots } from '../../src/gateway/sweep-snapshots.ts';
import { createBySize } from '../../src/gateway/volumes/create-by-size.ts';
import type { VolumeDeps } from '../../src/gateway/volumes/deps.ts';
import { call, GIB, wanted } from './accidents.ts';
import { MemoryServers } from './memory-servers.ts';

export const WANTED = { name: 'c1', size: undefined, options: {}, metadata: {} };

export function take(deps: VolumeDeps, snapshot = 's1') {
  const member = { volume: 'v1', snapshot, description: '', metadata: {} };
  return takeSnapshots(deps, { members: [member], group: undefined }, call());
}

export function takeGroup(deps: VolumeDeps) {
  const members = [1, 2].map((n) => ({ volume: `v${n}`, snapshot: `s${n}`, description: '', metadata: {} }));
  return takeSnapshots(deps, { members, group: { name: 'g', metadata: {}, size: members.length } }, call());
}

export async function makeSource(servers: MemoryServers, name: string, content: string): Promise<void> {
  const { deps } = servers.coordinator(0);
  await createBySize(deps, { ...wanted({ replica: 3 }, GIB), name }, call());
  await deps.gluster.start(name, { force: false }, call());
  write(servers, name, content);
}

export async function withSource(): Promise<MemoryServers> {
  const servers = new MemoryServers(3);
  await makeSource(servers, 'v1', 'then');
  return servers;
}

export async function withSnapshot(): Promise<MemoryServers> {
  const servers = await withSource();
  await take(servers.coordinator(0).deps);
  write(servers, 'v1', 'now');
  return servers;
}

export async function withStopped(): Promise<MemoryServers> {
  const servers = await withSnapshot();
  await servers.coordinator(0).deps.gluster.stop('v1', call());
  return servers;
}

function write(servers: MemoryServers, volume: string, content: string): void {
  for (const { bricks } of servers.servers) {
    for (const brick of bricks.stored.values())
      if (brick.volume === volume) bricks.contents.set(brick.path, content);
  }
}

export function contentsOf(servers: MemoryServers, volume: string): readonly (string | undefined)[] {
  return servers.servers.flatMap(({ bricks }) =>
    [...bricks.stored.values()]
      .filter((brick) => brick.volume === volume)
      .map(({ path }) => bricks.contents.get(path)),
  );
}

/** Of those bricks that could be served. */
export function mountedContents(servers: MemoryServers, volume: string): readonly (string | undefined)[] {
  return servers.servers.flatMap(({ bricks }) =>
    [...bricks.stored.values()]
      .filter((brick) => brick.volume === volume && bricks.hasDirectory(brick.path))
      .map(({ path }) => bricks.contents.get(path)),
  );
}

export function partsOf(servers: MemoryServers): readonly string[] {
  return servers.servers
    .flatMap(({ snapshots }) => [...snapshots.parts.values()])
    .map(({ stored, content }) => `${stored.snapshot} ${stored.state} ${content}`)
    .sort();
}

const LATER_MS = 3_600_000;

/** Nothing is frozen, half-made or on its way anywhere, and no volume pays for a snapshot any more. */
export function expectWhole(servers: MemoryServers): void {
  for (const volume of servers.pool.volumes.values())
    expect([notedBy(volume), isNoted(volume)]).to.deep.equal([undefined, false]);
  for (const { snapshots, bricks } of servers.servers) {
    expect(snapshots.isAnyFrozen).to.equal(false);
    for (const { stored } of snapshots.parts.values()) expect(stored.state).to.equal('taken');
    for (const brick of bricks.stored.values()) {
      expect([brick.state, brick.restore]).to.deep.equal(['used', undefined]);
      expect(servers.pool.volumes.has(brick.volume)).to.equal(true);
    }
  }
}

export async function sweepAll(servers: MemoryServers): Promise<void> {
  for (const [index, { bricks, snapshots }] of servers.servers.entries()) {
    const { deps } = servers.coordinator(index);
    await sweep(deps, bricks, call());
    await sweepSnapshots(deps, snapshots, call());
    await sweepRestores(deps, bricks, call());
    await sweepNoting(deps, call(), Date.now() + LATER_MS);
  }
}
