import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileNative, hasCompiler, nativePrograms } from './setup/native.ts';

/**
 * `npm run build`: all roles as one file, dist/gluster-csi.mjs, with its source map beside it; and the C programs of
 * src/native, which only the mounter needs, when there is a compiler.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = join(root, 'dist/gluster-csi.mjs');
/** CommonJS packages in the bundle call require() for Node's own modules. */
const requireForCommonJs =
  "import { createRequire as gcsiCreateRequire } from 'node:module'; const require = gcsiCreateRequire(import.meta.url);";

await rm(join(root, 'dist'), { recursive: true, force: true });
await build({
  entryPoints: [join(root, 'src/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // Node keeps the text in memory. Names stay, so that a stack still tells; the map has the rest.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}` },
  logLevel: 'info',
});
await chmod(outfile, 0o755);
if (hasCompiler()) for (const name of nativePrograms()) compileNative(name, join(root, 'dist'));
else console.log('no gcc here: the programs of src/native are left out; the mounter needs them');
