import { readRepeatWords } from './repeat-words.ts';

/**
 * `npm run test:e2e [-- [--repeat [N]] [--full] [SCENARIO…]]`: the end-to-end tests, or those whose titles contain one
 * of the words.
 * - `--repeat` runs what restarts and kills as often as it takes to trust it: 100 restarts of the node driver, 20 kills
 *   of a client; with N each of the chosen scenarios N times.
 * - `--full` adds what takes long: a storage server is down for a whole minute, and of Kubernetes' own suite also the
 *   specs that are slow, serial or disruptive.
 */
const FULL = '--full';
const LONG_MINUTES = 240;

const { titles, repeat, flags } = readRepeatWords(process.argv.slice(2), [FULL]);
const { env } = process;
env['GLUSTER_CSI_E2E_SCENARIOS'] = titles.join('\n');
if (titles.length > 0) env['GLUSTER_CSI_TEST_ONLY'] = titles.map(RegExp.escape).join('|');
else if (repeat !== undefined) env['GLUSTER_CSI_TEST_ONLY'] = 'under writers';
if (repeat !== undefined) env['GLUSTER_CSI_E2E_REPEAT'] = repeat;
if (flags.has(FULL)) env['GLUSTER_CSI_E2E_FULL'] = '1';
if (repeat !== undefined || flags.has(FULL)) env['GLUSTER_CSI_E2E_MINUTES'] = String(LONG_MINUTES);
process.argv = [...process.argv.slice(0, 2), 'e2e'];
await import('./test.ts');
