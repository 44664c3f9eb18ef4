import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse as parseYaml } from 'yaml';
import { IMAGES } from '../e2e/build/image-names.ts';

/** The chart's own files among themselves; what it renders is looked at in chart-*.test.ts. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const chart = parseYaml(read('deploy/chart/Chart.yaml'));
const values = parseYaml(read('deploy/chart/values.yaml'));
const schema: Schema = JSON.parse(read('deploy/chart/values.schema.json'));
const definitions = schema.$defs ?? {};

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Record<string, Schema>;
  readonly type?: string | readonly string[];
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

describe('deploy/chart', () => {
  it('has the version of the program', () => {
    const { version } = JSON.parse(read('package.json'));
    expect([chart.version, chart.appVersion]).to.deep.equal([version, version]);
  });

  it('runs the sidecars that are tested', () => {
    const { provisioner, resizer, snapshotter, attacher } = values.sidecars;
    expect(provisioner.image).to.equal(IMAGES.provisioner[0]);
    expect(resizer.image).to.equal(IMAGES.resizer[0]);
    expect(attacher.image).to.equal(IMAGES.attacher[0]);
    expect(snapshotter.image).to.equal(IMAGES.snapshotter[0]);
  });

  it('refuses misspelt keys everywhere but where keys are anybody’s', () => {
    const open = [...schemasOf(schema)]
      .filter(({ schema: one }) => one.type === 'object' && one.additionalProperties !== false)
      .map(({ path }) => path);
    expect(open).to.have.members([
      'global',
      '$defs.labels',
      '$defs.storageClass.parameters',
      '$defs.iscsiStorageClass.parameters',
      '$defs.snapshotClass.parameters',
      'controller.affinity.nodeAffinity',
      'controller.affinity.podAffinity',
      'controller.affinity.podAntiAffinity',
    ]);
  });

  it('has a default for every key, and tells of each in its README', () => {
    const keys = Object.keys(schema.properties ?? {}).filter((key) => key !== 'global');
    expect(Object.keys(values)).to.have.members(keys);
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      if (key === 'global') continue;
      expect(read('deploy/chart/README.md')).to.match(new RegExp(`^\\| .*\`${key}\\b`, 'm'));
      for (const name of Object.keys(resolve(inner).properties ?? {})) {
        expect(read('deploy/chart/README.md'), `${key}.${name}`).to.include(name);
        expect(values[key], key).to.include.keys(name);
      }
    }
  });
});

/** Every schema of the document, with the path of keys to it. */
function* schemasOf(one: Schema, path: readonly string[] = []): Generator<{ path: string; schema: Schema }> {
  yield { path: path.join('.'), schema: one };
  for (const [name, inner] of Object.entries(one.properties ?? {})) yield* schemasOf(inner, [...path, name]);
  for (const [name, inner] of Object.entries(one.$defs ?? {}))
    yield* schemasOf(inner, [...path, '$defs', name]);
  if (one.items !== undefined) yield* schemasOf(one.items, path);
}

function resolve(one: Schema): Schema {
  return definitions[one.$ref?.replace('#/$defs/', '') ?? ''] ?? one;
}

function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}
