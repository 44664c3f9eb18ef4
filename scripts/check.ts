import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `npm run check`: everything that can be said of the sources without running them. Goes on after a failure. */
const root = fileURLToPath(new URL('..', import.meta.url));
const bin = `${root}node_modules/.bin`;
const STEPS = [
  { name: 'types', argv: [`${bin}/tsc`, '--project', '.'] },
  {
    name: 'lint and format',
    argv: [
      `${bin}/biome`,
      'ci',
      '--error-on-warnings',
      `--colors=${process.stdout.isTTY ? 'force' : 'off'}`,
      '.',
    ],
  },
  { name: 'generated files are current', argv: [process.execPath, 'scripts/generate.ts', '--check'] },
  { name: 'chart', argv: [process.execPath, 'scripts/chart/render.ts', '--check'] },
  {
    name: 'imports, sizes and references',
    argv: [process.execPath, 'scripts/run-part.ts', '10000', 'test/unit/{architecture,house-*}.test.ts'],
  },
] as const;

const failed = STEPS.filter((step) => !passes(step)).map((step) => step.name);
console.log(failed.length === 0 ? '\ncheck: all clean' : `\ncheck: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function passes(step: (typeof STEPS)[number]): boolean {
  console.log(`\n== ${step.name}`);
  const [file, ...args] = step.argv;
  return spawnSync(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}
