import { readRepeatWords } from './repeat-words.ts';

/**
 * `npm run test:pool [-- [--repeat [N]] [TITLE…]]`: the tests on three servers, or those whose titles contain one of the
 * words. With `--repeat` a snapshot is taken of each layout under load N times (10 without a number).
 */
const ROUNDS = '10';
const LONG_MINUTES = 240;

const { titles, repeat } = readRepeatWords(process.argv.slice(2));
const { env } = process;
if (titles.length > 0) env['GLUSTER_CSI_TEST_ONLY'] = titles.map(RegExp.escape).join('|');
else if (repeat !== undefined) env['GLUSTER_CSI_TEST_ONLY'] = 'snapshots under load';
if (repeat !== undefined) {
  env['GLUSTER_CSI_POOL_REPEAT'] = repeat === '' ? ROUNDS : repeat;
  env['GLUSTER_CSI_POOL_MINUTES'] = String(LONG_MINUTES);
}
process.argv = [...process.argv.slice(0, 2), 'pool'];
await import('./test.ts');
