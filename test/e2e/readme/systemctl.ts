import { spawn, spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { readMounts } from '../../../src/host/mountinfo.ts';
import { parseUnitFile, setting, type UnitFile } from './unit-file.ts';

/**
 * Run on a server of the lab as `systemctl.ts enable --now NAME…`: does with each unit what systemd would at once, as
 * far as it shows whether unit file, program and configuration fit together. What confines a service is not done.
 */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const [verb, now, ...names] = process.argv.slice(2);
if (verb !== 'enable' || now !== '--now' || names.length === 0)
  throw new Error('there is only: systemctl enable --now NAME…');
const mounted = new Set((await readMounts()).map(({ target }) => target));
for (const name of names) {
  const unit = parseUnitFile(readFileSync(`/etc/systemd/system/${name}.service`, 'utf8'));
  setting(unit, 'Install.WantedBy');
  checkPlaces(unit);
  await start(name, unit);
}

/** What systemd mounts or waits for has to be there by now. */
function checkPlaces(unit: UnitFile): void {
  const path = setting(unit, 'Unit.RequiresMountsFor');
  if (!mounted.has(path)) throw new Error(`RequiresMountsFor=${path}, which is no mount point`);
  for (const path of unit.get('Unit.ConditionPathExists') ?? [])
    if (!existsSync(path)) throw new Error(`ConditionPathExists=${path}, which does not exist`);
}

async function start(name: string, unit: UnitFile): Promise<void> {
  const command = setting(unit, 'Service.ExecStart');
  if (/["'$%\\]/.test(command)) throw new Error(`quotes and specifiers are not known here: ${command}`);
  const [file = '', ...args] = command.split(' ');
  const environment = (unit.get('Service.Environment') ?? []).map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  process.umask(Number.parseInt(setting(unit, 'Service.UMask'), 8));
  const log = openSync(`/run/${name}.log`, 'a');
  const options = {
    cwd: '/',
    env: { PATH, ...Object.fromEntries(environment) },
    stdio: ['ignore', log, log] as ['ignore', number, number],
  };
  if (setting(unit, 'Service.Type') === 'oneshot') {
    const { status, error } = spawnSync(file, args, options);
    if (status !== 0) throw new Error(`${name} failed: ${error ?? readFileSync(`/run/${name}.log`, 'utf8')}`);
    return;
  }
  const child = spawn(file, args, { ...options, detached: true });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.unref();
}
