import './roles/small-heap.ts';
import { type RoleFlags, readCommandLine } from './config.ts';
import { isFault } from './control/fault.ts';
import type { Stop } from './roles/stop.ts';
import { log } from './telemetry/log.ts';
import { VERSION } from './version.ts';

/**
 * The program: command line → role → graceful stop. A role's code is loaded only where it runs.
 * Exit codes: 0 stopped as asked, 1 a failure, 2 the command line or a configuration file is wrong.
 */
async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2), process.env);
  log.level = command.flags['log-level'];
  log.info({ role: command.role, version: VERSION, node: process.version }, 'starting');
  const stop = await startRole(command);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(signal, stop));
}

async function startRole(command: RoleFlags): Promise<Stop> {
  switch (command.role) {
    case 'controller':
      return (await import('./roles/controller.ts')).startController(command.flags);
    case 'node':
      return (await import('./roles/node.ts')).startNode(command.flags);
    case 'mounter':
      return (await import('./roles/mounter.ts')).startMounter(command.flags);
    case 'gateway':
      return (await import('./roles/gateway.ts')).startGateway(command.flags);
    case 'mount-bricks': {
      const { mountBricks } = await import('./roles/mount-bricks.ts');
      return process.exit((await mountBricks(command.flags)) ? 0 : 1);
    }
    case 'add-device': {
      const { addDevice } = await import('./roles/add-device.ts');
      await addDevice(command.flags);
      return process.exit(0);
    }
  }
}

async function end(signal: string, stop: Stop): Promise<void> {
  log.info({ signal }, 'stopping');
  try {
    await stop();
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'could not stop in order');
    process.exit(1);
  }
}

main().catch((error: unknown) => {
  if (isFault(error, 'invalid')) {
    console.error(`gluster-csi: ${error.message}`);
    process.exit(2);
  }
  log.fatal({ err: error }, 'could not start');
  process.exit(1);
});
