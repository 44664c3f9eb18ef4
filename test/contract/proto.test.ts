import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import protobuf from 'protobufjs';

/** Our transcriptions, and the Go modules that hold what they transcribe. */
const CONTRACTS = [
  {
    ours: 'csi.proto',
    module: 'github.com/container-storage-interface/spec@v1.13.0',
    theirs: 'csi.proto',
  },
  {
    ours: 'pluginregistration.proto',
    module: 'k8s.io/kubelet@v0.36.3',
    theirs: 'pkg/apis/pluginregistration/v1/api.proto',
  },
] as const;

describe('proto/ says what upstream says', () => {
  for (const { ours, module, theirs } of CONTRACTS) {
    it(`${ours} is the wire contract of ${module}, no more and no less`, function () {
      this.timeout(120_000);
      const mine = new Set(toLines(readFileSync(new URL(`../../proto/${ours}`, import.meta.url), 'utf8')));
      const upstream = new Set(toLines(readFileSync(join(downloadModule(module), theirs), 'utf8')));
      expect(upstream.size).to.be.greaterThan(5);
      expect(
        [...upstream].filter((line) => !mine.has(line)),
        'missing in ours',
      ).to.deep.equal([]);
      expect(
        [...mine].filter((line) => !upstream.has(line)),
        'not upstream',
      ).to.deep.equal([]);
    });
  }

  it('tells apart a name, a number, a type, a rule, a oneof and an option', () => {
    const base = 'syntax = "proto3"; package a; message M { %s }';
    const kinds = [
      'string x = 1;',
      'string y = 1;',
      'string x = 2;',
      'bytes x = 1;',
      'repeated string x = 1;',
      'oneof z { string x = 1; }',
      'string x = 1 [(csi_secret) = true];',
      'reserved 1;',
      'enum E { x = 0; }',
    ];
    const texts = kinds.map((kind) => toLines(base.replace('%s', kind)).join('\n'));
    expect(new Set(texts).size).to.equal(kinds.length);
  });
});

/** The folder of a module in Go's cache, downloaded when it is not there. */
function downloadModule(module: string): string {
  try {
    const json = execFileSync('go', ['mod', 'download', '-json', module], {
      cwd: tmpdir(),
      encoding: 'utf8',
    });
    return JSON.parse(json).Dir;
  } catch (error) {
    throw new Error(`cannot fetch ${module}; this test needs Go on the PATH and its module proxy`, {
      cause: error,
    });
  }
}

/** Everything that counts on the wire or in the options, a line each, whatever its order and layout. */
function toLines(text: string): string[] {
  const { root, package: packageName } = protobuf.parse(text, { keepCase: true });
  const namespace = root.lookup(packageName ?? '');
  if (!(namespace instanceof protobuf.Namespace)) throw new Error('the file has no package');
  return [`package ${packageName}`, ...namespace.nestedArray.flatMap(describeObject)];
}

function describeObject(object: protobuf.ReflectionObject): string[] {
  if (object instanceof protobuf.Type) return describeMessage(object);
  if (object instanceof protobuf.Enum) return describeEnum(object);
  if (object instanceof protobuf.Service) return describeService(object);
  if (object instanceof protobuf.Field) return [describeField(object)];
  return [];
}

function describeMessage(type: protobuf.Type): string[] {
  return [
    `message ${type.fullName}${optionsOf(type)} reserved ${JSON.stringify(type.reserved ?? [])}`,
    ...type.fieldsArray.map(describeField),
    ...type.nestedArray.flatMap(describeObject),
  ];
}

function describeField(field: protobuf.Field): string {
  const key = field instanceof protobuf.MapField ? `map of ${field.keyType} to ` : '';
  const rule = field.repeated ? 'repeated ' : '';
  const of = field.partOf === null ? '' : ` in oneof ${field.partOf?.name ?? ''}`;
  const extend = field.extend === undefined ? '' : ` extends ${withoutDot(field.extend)}`;
  return `field ${field.fullName} = ${field.id}: ${rule}${key}${withoutDot(field.type)}${of}${extend}${optionsOf(field)}`;
}

function describeEnum(type: protobuf.Enum): string[] {
  return [
    `enum ${type.fullName}${optionsOf(type)} reserved ${JSON.stringify(type.reserved ?? [])}`,
    ...Object.entries(type.values).map(
      ([name, value]) => `value ${type.fullName}.${name} = ${value} ${valueOptionsOf(type, name)}`,
    ),
  ];
}

function describeService(service: protobuf.Service): string[] {
  return [
    `service ${service.fullName}${optionsOf(service)}`,
    ...service.methodsArray.map((method) => {
      const types = `${streamed(method.requestStream)}${method.requestType} -> ${streamed(method.responseStream)}${method.responseType}`;
      return `rpc ${service.fullName}.${method.name}: ${types}${optionsOf(method)}`;
    }),
  ];
}

function streamed(stream: boolean | undefined): string {
  return stream === true ? 'stream ' : '';
}

/** `.google.protobuf.Timestamp` and `google.protobuf.Timestamp` are one type. */
function withoutDot(type: string): string {
  return type.replace(/^\./, '');
}

function optionsOf(object: protobuf.ReflectionObject): string {
  const parsed: unknown = Reflect.get(object, 'parsedOptions');
  const options = Array.isArray(parsed) ? parsed.map((option) => JSON.stringify(option)) : [];
  return options.length === 0 ? '' : ` ${options.sort().join(' ')}`;
}

function valueOptionsOf(type: protobuf.Enum, name: string): string {
  return JSON.stringify(type.valuesOptions?.[name] ?? {});
}
