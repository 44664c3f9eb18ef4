/** `npm run test:guest [-- WORD…]`: the tests in a guest kernel, or those whose titles contain one of the words. */
const words = process.argv.slice(2);
if (words.length > 0) process.env['GLUSTER_CSI_TEST_ONLY'] = words.map(RegExp.escape).join('|');
process.argv = [...process.argv.slice(0, 2), 'guest'];
await import('./test.ts');
