import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** docs/architecture.md, "Imports point one way", as a table: a layer and the layers it may import. */
const CORE = ['control', 'telemetry'];
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  control: ['control'],
  telemetry: ['control', 'telemetry'],
  volumes: [...CORE, 'volumes'],
  staging: [...CORE, 'staging'],
  grpc: [...CORE, 'grpc'],
  csi: [...CORE, 'volumes', 'staging', 'grpc', 'csi'],
  kubernetes: [...CORE, 'kubernetes'],
  mounter: [...CORE, 'staging', 'grpc', 'host', 'kubernetes', 'mounter'],
  glusterd2: [...CORE, 'volumes', 'glusterd2'],
  host: [...CORE, 'staging', 'host'],
  gateway: [...CORE, 'volumes', 'glusterd2', 'host', 'gateway'],
  config: ['control', 'volumes'],
  version: [],
};
/** Where the layers are put together: these may import all, and nothing imports them. */
const COMPOSITION = ['main', 'roles'];
/** Packages and modules that belong to one place: the pattern, and the files that may import it. */
const OWNED: readonly { readonly what: RegExp; readonly by: RegExp; readonly why: string }[] = [
  { what: /^(execa|node:child_process)$/, by: /^host\/run\.ts$/, why: 'commands run by host/run.ts only' },
  { what: /^@grpc\//, by: /^grpc\//, why: 'only the edge speaks gRPC' },
  {
    what: /^zod$/,
    by: /^(config\.ts|csi\/|glusterd2\/|gateway\/|mounter\/|kubernetes\/)/,
    why: 'schemas stand at the edges',
  },
  {
    what: /^(node:https?|find-my-way)$/,
    by: /^(glusterd2|gateway|kubernetes|telemetry)\//,
    why: 'only the REST edges, and what watches us, speak HTTP',
  },
  { what: /^prom-client$/, by: /^telemetry\//, why: 'one place defines the metrics' },
  {
    what: /^node:fs(\/promises)?$/,
    by: /^(?!(control|volumes|staging|csi\/node)\/)/,
    why: 'a dead mount blocks Node’s file threads',
  },
];
const MAXIMUM_LINES = 300;
/** Of the files in src: half of them, and nine in ten, are no longer than this. */
const MEDIAN_LINES = 90;
const NINE_IN_TEN_LINES = 200;

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = read('src/**/*.ts').filter(({ path }) => !path.startsWith('src/grpc/generated/'));
const everything = [...sources, ...read('{test,scripts}/**/*.{ts,mjs}')];

interface Source {
  readonly path: string;
  readonly text: string;
}

interface Import {
  /** Below src. */
  readonly file: string;
  /** A path below src for our own files, else the package's name as written. */
  readonly target: string;
  readonly own: boolean;
  readonly typeOnly: boolean;
}

describe('architecture', () => {
  it('reads the imports of a source in all their forms', () => {
    const text = `import { a } from './a.ts';\nimport type {\n  B,\n} from '../control/b.ts';\nimport 'node:fs';\nconst c = await import('./c.ts');\nexport { d } from './d.ts';`;
    expect(importsOf({ path: 'src/csi/x.ts', text })).to.deep.equal([
      { file: 'csi/x.ts', target: 'csi/a.ts', own: true, typeOnly: false },
      { file: 'csi/x.ts', target: 'control/b.ts', own: true, typeOnly: true },
      { file: 'csi/x.ts', target: 'node:fs', own: false, typeOnly: false },
      { file: 'csi/x.ts', target: 'csi/c.ts', own: true, typeOnly: false },
      { file: 'csi/x.ts', target: 'csi/d.ts', own: true, typeOnly: false },
    ]);
  });

  it('puts every source in a layer', () => {
    const known = [...Object.keys(LAYERS), ...COMPOSITION];
    const strays = sources.map(({ path }) => layerOf(below(path))).filter((layer) => !known.includes(layer));
    expect(strays).to.deep.equal([]);
  });

  it('lets imports point one way', () => {
    const wrong = sources.flatMap(importsOf).filter((one) => one.own && !mayImport(one));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).to.deep.equal([]);
  });

  it('keeps packages and modules where they belong', () => {
    const wrong = sources.flatMap(importsOf).flatMap((one) => {
      const broken = OWNED.filter(({ what, by }) => what.test(one.target) && !by.test(one.file));
      return broken.map(({ why }) => `${one.file} imports ${one.target}: ${why}`);
    });
    expect(wrong).to.deep.equal([]);
  });

  it('names gRPC codes in grpc/status.ts alone', () => {
    const codes = /import\s*(?:type\s*)?\{[^}]*\bstatus\b[^}]*\}\s*from '@grpc\/grpc-js'|\bgrpc\.status\b/;
    const naming = sources.filter(({ text }) => codes.test(text)).map(({ path }) => path);
    expect(naming.filter((path) => path !== 'src/grpc/status.ts')).to.deep.equal([]);
  });

  it('keeps files small', () => {
    const long = everything.filter((source) => lines(source) > MAXIMUM_LINES);
    expect(long.map((source) => `${source.path}: ${lines(source)} lines`)).to.deep.equal([]);
    const sorted = sources.map(lines).sort((a, b) => a - b);
    expect(quantile(sorted, 0.5), 'median').to.be.at.most(MEDIAN_LINES);
    expect(quantile(sorted, 0.9), 'nine in ten').to.be.at.most(NINE_IN_TEN_LINES);
  });

  it('has no barrel and no utils', () => {
    const barrels = everything.filter(({ path }) => /(^|\/)(index|utils|helpers)\.ts$/.test(path));
    expect(barrels.map(({ path }) => path)).to.deep.equal([]);
  });

  it('leaves nothing for later, and no test alone or out', () => {
    const marks = /\b(TODO|FIXME|XXX)\b|\b(?:it|describe)\.(?:only|skip)\(|\bthis\.skip\(/;
    const found = everything.filter(({ text }) => marks.test(text)).map(({ path }) => path);
    expect(found.filter((path) => !path.endsWith('architecture.test.ts'))).to.deep.equal([]);
  });
});

function read(pattern: string): Source[] {
  const paths = globSync(pattern, { cwd: root, exclude: ['test/fixtures/**'] }).sort();
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function importsOf({ path, text }: Source): Import[] {
  const file = below(path);
  const statement = /^(?:import|export)\b([^;'"]*?\bfrom )?\s*'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...text.matchAll(statement)].map(([, clause, from, dynamic]) => {
    const specifier = from ?? dynamic ?? '';
    const own = specifier.startsWith('.');
    const target = own ? normalize(join(dirname(file), specifier)) : specifier;
    return { file, target, own, typeOnly: clause?.trimStart().startsWith('type ') ?? false };
  });
}

/** Configuration's types may be named by all above the core; its values are read where roles are composed. */
function mayImport({ file, target, typeOnly }: Import): boolean {
  const [from, to] = [layerOf(file), layerOf(target)];
  if (COMPOSITION.includes(from) || to === 'version') return true;
  if (from === 'version') return target === '../package.json';
  if (to === 'config') return typeOnly && !['control', 'telemetry', 'volumes', 'staging'].includes(from);
  if (target.startsWith('grpc/generated/')) return ['grpc', 'csi', 'mounter'].includes(from);
  return LAYERS[from]?.includes(to) ?? false;
}

function layerOf(file: string): string {
  return file.split('/')[0]?.replace(/\.ts$/, '') ?? '';
}

function below(path: string): string {
  return path.replace(/^src\//, '');
}

function lines({ text }: Source): number {
  return text.split('\n').length - 1;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
