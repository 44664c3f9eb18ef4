import { Deployment } from './lab/deployment.ts';
import { Lab } from './lab/lab.ts';

let running: Promise<Deployment> | undefined;

/** The one pool with the driver on it that all tests of a run share. It comes up when it is first asked for. */
export function sharedDeployment(): Promise<Deployment> {
  running ??= bringUp();
  return running;
}

async function bringUp(): Promise<Deployment> {
  const lab = await Lab.up();
  try {
    return await Deployment.on(lab);
  } catch (error) {
    await lab.down();
    throw error;
  }
}

after('take the pool down', async function () {
  this.timeout(60_000);
  const deployment = await running?.catch(() => undefined);
  await deployment?.close();
  await deployment?.lab.down();
});
