import { writeFileSync } from 'node:fs';
import { hierarchies } from './cgroups.ts';

/**
 * Run as `enter-cgroups.ts NAME COMMAND…`: goes into the cgroup `NAME` in every hierarchy and becomes the command,
 * with the same pid.
 */
const [name = '', ...command] = process.argv.slice(2);
for (const { mountPoint } of await hierarchies())
  writeFileSync(`${mountPoint}/${name}/cgroup.procs`, String(process.pid));
process.removeAllListeners('warning').on('warning', () => undefined);
process.execve?.('/usr/bin/env', ['env', ...command], process.env);
