import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, checkpoint } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { IscsiDisk, IscsiHost, LunMap } from '../staging/iscsi/iscsi-host.ts';
import { writeDurably } from './durable-file.ts';
import type { RunProgram } from './host-programs.ts';
import { findMap, multipathMaps } from './multipath-maps.ts';
import type { CommandResult } from './run.ts';

const ASK_MS = 30_000;
/** What is left in the cache is written before the map goes. */
const FLUSH_MS = 60_000;
/** udev reads a disk that came just now, and opens a map for a moment. */
const SETTLE_MS = 20_000;
const POLL_MS = 200;
const DROP_IN = '/etc/multipath/conf.d/gluster-csi.conf';

/**
 * One path at a time, because tcmu-runner's targets lock the disk for one; 24 checks, two minutes with the default
 * interval, in which an export may move to another server while writers wait.
 */
const COMMON = [
  'path_grouping_policy "failover"',
  'path_selector "service-time 0"',
  'path_checker "tur"',
  'failback "immediate"',
  'no_path_retry 24',
  'fast_io_fail_tmo 5',
  'user_friendly_names "no"',
  'detect_checker "no"',
];
/** The second one adds to the first where both match. */
const SECTIONS = [
  ['vendor "LIO-ORG"', 'product ".*"', 'hardware_handler "0"', 'prio "const"', 'detect_prio "no"', ...COMMON],
  ['vendor "LIO-ORG"', 'product "TCMU device"', 'hardware_handler "1 alua"', 'prio "alua"', ...COMMON],
];

type Methods = Pick<IscsiHost, 'maps' | 'makeMap' | 'removeMap' | 'growMap'>;

/** Those methods of `IscsiHost` that have to do with dm-multipath; its programs are run by `runProgram`. */
export function multipathBy(runProgram: RunProgram): Methods {
  const ask: Ask = (file, args, call, timeoutMs = ASK_MS) =>
    runProgram(file, args, { signal: call.signal, timeoutMs });
  return {
    maps: multipathMaps,
    makeMap: (disks, call) => makeMap(ask, disks, call),
    removeMap: (wwid, call) => removeMap(ask, wwid, call),
    growMap: (wwid, call) => growMap(ask, wwid, call),
  };
}

type Ask = (file: string, args: readonly string[], call: Call, timeoutMs?: number) => Promise<CommandResult>;

async function makeMap(ask: Ask, disks: readonly IscsiDisk[], call: Call): Promise<LunMap> {
  const [first] = disks;
  if (first === undefined) throw new Fault('unreachable', 'no disk is there to make a multipath device of');
  await configure(ask, call);
  // Else a daemon that waits to see two paths, or to be told, would leave the disk alone.
  const known = await ask('multipath', ['-a', first.device], call);
  if (known.exitCode !== 0) throw failed(`${first.device} cannot be given to multipath`, known);
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const map = await findMap(first.wwid);
    const missing = disks.filter(({ device }) => map?.paths.includes(device) !== true);
    if (map !== undefined && missing.length === 0 && (await isNamed(map))) return map;
    const said = await Promise.all(
      missing.map(({ device }) => tell(ask, ['add', 'path', basename(device)], call)),
    );
    if (performance.now() > end) return await requireMap(first, map, said);
    await sleep(POLL_MS);
    checkpoint(call);
  }
}

/** With some of its paths it serves; the daemon takes the others when it can. */
async function requireMap(
  { device, wwid }: IscsiDisk,
  map: LunMap | undefined,
  said: readonly string[],
): Promise<LunMap> {
  if (map !== undefined && map.paths.length > 0) {
    if (await isNamed(map)) return map;
    throw new Fault(
      'unreachable',
      `${map.device} is not the device ${map.number}; does udev run, and is the host's /dev mounted here?`,
    );
  }
  throw new Fault(
    'unreachable',
    `multipathd makes no device of ${device} (${wwid}): ${said[0] ?? ''}; is it blacklisted in multipath.conf?`,
  );
}

/** The name is udev's, which may be late: until then there is none, or one of an earlier device. */
async function isNamed({ device, number }: LunMap): Promise<boolean> {
  const node = await stat(device).catch(() => undefined);
  return node !== undefined && number === toNumber(node.rdev);
}

/** makedev(3) */
function toNumber(rdev: number): string {
  const [major, minor] = [(rdev >> 8) & 0xfff, (rdev & 0xff) | ((rdev >> 12) & 0xfff00)];
  return `${major}:${minor}`;
}

async function removeMap(ask: Ask, wwid: string, call: Call): Promise<boolean> {
  const end = performance.now() + SETTLE_MS;
  for (let map = await findMap(wwid); map !== undefined; map = await findMap(wwid)) {
    const result = await ask('multipath', ['-f', basename(map.device)], call, FLUSH_MS);
    if (result.exitCode === 0) break;
    if (performance.now() > end) return false;
    await sleep(POLL_MS);
    checkpoint(call);
  }
  await ask('multipath', ['-w', wwid], call);
  return true;
}

async function growMap(ask: Ask, wwid: string, call: Call): Promise<bigint> {
  const map = await findMap(wwid);
  if (map === undefined) throw new Fault('not-found', `there is no multipath device ${wwid}`);
  const said = await tell(ask, ['resize', 'map', basename(map.device)], call);
  if (said !== 'ok') throw new Fault('unreachable', `${map.device} cannot be grown: ${said}`);
  return (await findMap(wwid))?.bytes ?? map.bytes;
}

async function configure(ask: Ask, call: Call): Promise<void> {
  const { exitCode } = await ask('multipathd', ['show', 'daemon'], call);
  if (exitCode !== 0) {
    throw new Fault(
      'unreachable',
      'multipathd does not run on this node; start it (package multipath-tools)',
    );
  }
  const sections = SECTIONS.map(
    (lines) => `    device {\n${lines.map((line) => `        ${line}\n`).join('')}    }\n`,
  );
  const wanted = `# Written by the gluster-csi node service.\ndevices {\n${sections.join('')}}\n`;
  if ((await readFile(DROP_IN, 'utf8').catch(() => '')) === wanted) return;
  await mkdir(dirname(DROP_IN), { recursive: true });
  await writeDurably(DROP_IN, wanted);
  const said = await tell(ask, ['reconfigure'], call);
  if (said !== 'ok') throw new Fault('unreachable', `multipathd does not take ${DROP_IN}: ${said}`);
}

/** The daemon's answer: `ok`, `fail`, or what went wrong. */
async function tell(ask: Ask, words: readonly string[], call: Call): Promise<string> {
  const { stdout, stderr } = await ask('multipathd', words, call);
  return stdout.trim() || stderr.trim();
}

function failed(what: string, { stdout, stderr }: CommandResult): Fault {
  return new Fault('unreachable', `${what}: ${(stderr.trim() || stdout.trim()).slice(0, 300)}`);
}
