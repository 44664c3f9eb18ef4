import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import descriptorProto from 'protobufjs/google/protobuf/descriptor.json' with { type: 'json' };
import { GENERATOR_ARGUMENTS } from '../src/grpc/loader-options.ts';

/**
 * Writes src/grpc/generated from proto/: the types, and the descriptors as a module, so that the program
 * needs no .proto file when it runs. With `--check` it writes elsewhere, compares, and exits 1 when what is
 * committed is stale.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const committed = join(root, 'src/grpc/generated');
const protoFolder = join(root, 'proto');
const protoFiles = ['csi.proto', 'pluginregistration.proto', 'mounter.proto'];

if (process.argv.includes('--check')) check();
else {
  rmSync(committed, { recursive: true, force: true });
  generate(committed);
}

function check(): void {
  const fresh = mkdtempSync(join(tmpdir(), 'gluster-csi-generate-'));
  try {
    generate(fresh);
    const stale = differences(fresh, committed);
    if (stale.length === 0) return;
    console.error(`src/grpc/generated is stale (run npm run generate):\n  ${stale.join('\n  ')}`);
    process.exitCode = 1;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function generate(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const generator = fileURLToPath(
    import.meta.resolve('@grpc/proto-loader/build/bin/proto-loader-gen-types.js'),
  );
  execFileSync(process.execPath, [
    generator,
    ...GENERATOR_ARGUMENTS,
    '--importFileExtension=.ts',
    '--grpcLib=@grpc/grpc-js',
    `--includeDirs=${protoFolder}`,
    `--outDir=${folder}`,
    ...protoFiles,
  ]);
  for (const name of files(folder)) forgetFolder(join(folder, name));
  writeFileSync(join(folder, 'descriptors.ts'), descriptorModule());
}

/** The generator writes the absolute path of the .proto file into each file. */
function forgetFolder(path: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/^\/\/ Original file: .*?(proto\/\w+\.proto)$/gm, '// From $1'));
}

function descriptorModule(): string {
  protobuf.common('descriptor', descriptorProto.nested.google.nested.protobuf.nested);
  const contract = new protobuf.Root();
  contract.resolvePath = (_origin, target) => join(protoFolder, target);
  contract.loadSync(protoFiles);
  const json = JSON.stringify(contract.toJSON(), null, 1);
  if (/`|\$\{/.test(json)) throw new Error('the descriptors do not fit into a template literal');
  const about =
    "// What proto/ says, as JSON text for proto-loader's fromJSON. Written by scripts/generate.ts.";
  return `${about}\nexport const descriptors = String.raw\`${json}\`;\n`;
}

function differences(fresh: string, old: string): string[] {
  const names = new Set([...files(fresh), ...files(old)]);
  return [...names].filter((name) => contents(join(fresh, name)) !== contents(join(old, name))).sort();
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function contents(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
