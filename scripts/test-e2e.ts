/**
 * `npm run test:e2e [-- [--repeat [N]] [--full] [SCENARIO…]]`: the end-to-end tests, or those whose titles contain one
 * of the words.
 * - `--repeat` runs what restarts and kills as often as it takes to trust it: 100 restarts of the node driver, 20 kills
 *   of a client; with N each of the chosen scenarios N times.
 * - `--full` adds what takes long: a storage server is down for a whole minute, and of Kubernetes' own suite also the
 *   specs that are slow, serial or disruptive.
 */
const REPEAT = '--repeat';
const FULL = '--full';
const LONG_MINUTES = 240;

const words = process.argv.slice(2);
const flags = words.filter((word) => word.startsWith('-'));
const unknown = flags.filter((flag) => flag !== REPEAT && flag !== FULL);
if (unknown.length > 0) {
  console.error(`no ${unknown.join(', ')}; there are ${REPEAT} [N] and ${FULL}`);
  process.exit(2);
}
const at = words.indexOf(REPEAT);
const count = at >= 0 && /^[1-9]\d*$/.test(words[at + 1] ?? '') ? words[at + 1] : undefined;
const scenarios = words.filter(
  (word, index) => !word.startsWith('-') && !(count !== undefined && index === at + 1),
);

const { env } = process;
env['GLUSTER_CSI_E2E_SCENARIOS'] = scenarios.join('\n');
if (scenarios.length > 0) env['GLUSTER_CSI_TEST_ONLY'] = scenarios.map(RegExp.escape).join('|');
else if (at >= 0) env['GLUSTER_CSI_TEST_ONLY'] = 'under writers';
if (at >= 0) env['GLUSTER_CSI_E2E_REPEAT'] = count ?? '';
if (flags.includes(FULL)) env['GLUSTER_CSI_E2E_FULL'] = '1';
if (flags.length > 0) env['GLUSTER_CSI_E2E_MINUTES'] = String(LONG_MINUTES);
process.argv = [...process.argv.slice(0, 2), 'e2e'];
await import('./test.ts');
