import { networkInterfaces } from 'node:os';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { isAbsent, toErrorText } from '../../host/child-error.ts';
import type { ClientCgroups } from '../../host/client-cgroup.ts';
import { findMap, mapsNamed } from '../../host/device-map.ts';
import { formatPortal } from '../../host/iscsi-portal.ts';
import { ensureExport, removeBackstore, removeTarget, targetsNamed } from '../../host/lio.ts';
import { prepareLio } from '../../host/prepare-lio.ts';
import { run } from '../../host/run.ts';
import { serverSources } from '../../host/source-addresses.ts';
import type { ExportMachine, ListedExport } from './export-machine.ts';
import {
  endClient,
  exportMounts,
  exportPlaces,
  mountExport,
  removeEmptyPlaces,
  unmountExport,
} from './export-mounts.ts';
import { AUTHORITY, keyOf } from './export-names.ts';
import { EXPORT_FILE } from './export-state.ts';
import { letLoopsGo, MAP_PREFIX, mapDisk, unmapDisk } from './exported-disk.ts';

const FILE_MS = 30_000;
const MAX_STATE_BYTES = 64 * 1024;
const PORT = 3260;
const LINK_LOCAL = /^fe80:/i;

export interface LinuxExportsOptions {
  readonly cgroups: ClientCgroups;
  /** `address:port`; undefined: all addresses of this machine, with iSCSI's port. */
  readonly portals?: readonly string[];
}

/** FUSE client, loop device, device-mapper and LIO of this machine (docs/adr/0031-iscsi-by-lio.md). */
export function createLinuxExports({ cgroups, portals }: LinuxExportsOptions): ExportMachine {
  const living = async (key: string) => {
    const mount = (await exportMounts(key)).find(({ pid }) => pid !== undefined);
    if (mount !== undefined) return mount.target;
    throw new Fault(
      'unreachable',
      `the client of export ${key} is gone; it is started anew by the next look`,
    );
  };
  return {
    portals: () => portals ?? ownPortals(),
    async sources(hosts, call) {
      await prepareLio(call);
      const sources = await Promise.all(hosts.map(sourcesTo));
      return [...new Set(sources.flat())];
    },
    list: listExports,
    async dead(tag) {
      // By its directory: a client that ends by itself takes its mount along.
      const [mounts, places] = await Promise.all([exportMounts(), exportPlaces()]);
      const served = new Set(mounts.filter(({ pid }) => pid !== undefined).map(({ key }) => key));
      return places.filter((key) => key.endsWith(`-${tag}`) && !served.has(key));
    },
    async open(place, call) {
      if ((await exportMounts(place.key)).some(({ pid }) => pid !== undefined)) return;
      await mountExport(cgroups, place, call);
    },
    readState: async (key, call) => readText(`${await living(key)}/${EXPORT_FILE}`, call),
    writeState: async (key, text, call) => replaceText(`${await living(key)}/${EXPORT_FILE}`, text, call),
    async serve(key, { iqn, wwn, portals: addresses, acls }, call) {
      const target = await living(key);
      const device = await mapDisk(key, target, call);
      const name = `${MAP_PREFIX}${key}`;
      for (const old of (await targetsOf(key, call)).filter((one) => one !== iqn))
        await removeTarget(old, call);
      await ensureExport({ name, iqn, device, serial: wwn, portals: addresses, acls }, call);
      for (const old of (await exportMounts(key)).filter((one) => one.target !== target)) {
        await letLoopsGo(old.target, call);
        await unmountExport(cgroups, old, call);
      }
    },
    async grow(key, call) {
      if ((await findMap(`${MAP_PREFIX}${key}`)) !== undefined) await mapDisk(key, await living(key), call);
    },
    close: (key, { isLost }, call) => closeExport(cgroups, { key, isLost }, call),
  };
}

async function listExports(tag: string, call: Call): Promise<readonly ListedExport[]> {
  const [mounts, places, maps, targets] = await Promise.all([
    exportMounts(),
    exportPlaces(),
    mapsNamed(MAP_PREFIX),
    targetsNamed(`${AUTHORITY}:`, call),
  ]);
  const living = mounts.filter(({ pid }) => pid !== undefined).map(({ key }) => key);
  const mapped = maps.map((name) => name.slice(MAP_PREFIX.length));
  const served = targets.flatMap((iqn) => keyOf(iqn) ?? []);
  return [...new Set([...mounts.map(({ key }) => key), ...places, ...mapped, ...served])]
    .filter((key) => key.endsWith(`-${tag}`))
    .map((key) => ({ key, isWhole: [living, mapped, served].every((keys) => keys.includes(key)) }));
}

/** From the initiators' side down, so that nothing is taken away beneath what still uses it. */
async function closeExport(
  cgroups: ClientCgroups,
  { key, isLost }: { readonly key: string; readonly isLost: boolean },
  call: Call,
): Promise<void> {
  const mounts = await exportMounts(key);
  if (isLost) await Promise.all(mounts.map(endClient));
  for (const iqn of await targetsOf(key, call)) await removeTarget(iqn, call);
  await removeBackstore(`${MAP_PREFIX}${key}`, call);
  const targets = mounts.map(({ target }) => target);
  await unmapDisk(key, targets, call);
  for (const mount of mounts) await unmountExport(cgroups, mount, call);
  await removeEmptyPlaces(key);
}

/** Of all terms. */
async function targetsOf(key: string, call: Call): Promise<readonly string[]> {
  return (await targetsNamed(`${AUTHORITY}:${key}`, call)).filter((iqn) => keyOf(iqn) === key);
}

/** A brick that is left out of the access list would never get this exporter's writes. */
async function sourcesTo(host: string): Promise<readonly string[]> {
  const found = await serverSources(host);
  if (found.length > 0) return found;
  throw new Fault(
    'unreachable',
    `from here the name ${host} leads nowhere, or to loopback; correct it in this server's /etc/hosts or name service`,
  );
}

function ownPortals(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address))
    .map(({ address }) => formatPortal({ address, port: PORT }));
}

async function readText(path: string, { signal }: Call): Promise<string | undefined> {
  const args = [`if=${path}`, `bs=${MAX_STATE_BYTES}`, 'count=1', 'status=none'];
  const { exitCode, stdout, stderr } = await run('dd', args, { signal, timeoutMs: FILE_MS });
  if (exitCode === 0) return stdout;
  if (isAbsent(toErrorText(stderr))) return undefined;
  throw new Fault('unreachable', `${path} cannot be read: ${toErrorText(stderr)}`);
}

/** Secrets by stdin, into a file that is made for its owner alone. What an interrupted call has left is taken over. */
async function replaceText(path: string, text: string, call: Call): Promise<void> {
  const part = `${path}.new`;
  const steps: readonly (readonly [string, readonly string[], string?])[] = [
    ['install', ['--mode=0600', '--no-target-directory', '/dev/null', part]],
    ['dd', [`of=${part}`, 'conv=nocreat,fsync', 'status=none'], text],
    ['mv', ['--no-target-directory', '--', part, path]],
    ['sync', ['--', path]],
  ];
  for (const [file, args, input] of steps) {
    const options = { signal: call.signal, timeoutMs: FILE_MS, ...(input === undefined ? {} : { input }) };
    const { exitCode, stderr } = await run(file, args, options);
    if (exitCode !== 0)
      throw new Fault('unreachable', `${path} cannot be written: ${toErrorText(stderr) || file}`);
  }
}
