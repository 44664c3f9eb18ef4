import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { z } from 'zod';
import { driverConfig, gatewayConfig, ROLES, readCommandLine } from '../../src/config.ts';
import { Fault, type FaultKind, isFault } from '../../src/control/fault.ts';
import { INLINE_ATTRIBUTES } from '../../src/csi/node/decode-inline.ts';
import { toHttpStatus } from '../../src/gateway/http-status.ts';
import { toCodeName, toStatus } from '../../src/grpc/status.ts';
import { parseHandle, parseSnapshotHandle } from '../../src/volumes/ids.ts';
import '../../src/telemetry/device-metrics.ts';
import '../../src/telemetry/metrics.ts';
import { registry } from '../../src/telemetry/registry.ts';
import { parseBlockHandle } from '../../src/volumes/block/block-handle.ts';
import { BLOCK_MOUNT_FLAGS } from '../../src/volumes/block/block-mount-flags.ts';
import { parseBlockParameters } from '../../src/volumes/block/block-parameters.ts';
import { parseNodeId } from '../../src/volumes/block/node-id.ts';
import { parseParameters } from '../../src/volumes/parameters.ts';
import { parseSnapshotParameters } from '../../src/volumes/snapshot-parameters.ts';

/** What docs/reference says is held to the sources: nothing is missing there, and nothing is left over. */
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('docs/reference/errors.md', () => {
  const rows = tables('errors.md')[0] ?? [];
  const kinds = [...read('src/control/fault.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, kind]) => kind);

  it('has a row for each kind of fault, and no other', () => {
    expect(kinds).to.include.members(['invalid', 'uncertain']);
    expect(rows.map(([kind]) => code(kind))).to.deep.equal(kinds);
  });

  it('gives each kind the code and the status that it leaves with', () => {
    const actual = kinds.map((kind) => {
      const fault = new Fault(kind as FaultKind, 'x');
      return [kind, toCodeName(toStatus(fault, 'id').code), String(toHttpStatus(fault))];
    });
    expect(rows.map(([kind, grpc, http]) => [code(kind), grpc, http])).to.deep.equal(actual);
  });
});

describe('docs/reference/config.md', () => {
  const [flags = [], driver = [], gateway = []] = tables('config.md');

  it('has a row for each flag with the roles that know it, and no other', () => {
    const documented = flags.flatMap(([flag, roles]) => {
      const known = roles === 'all' ? ROLES : (roles ?? '').split(', ');
      return known.map((role) => `${role} ${code(flag)}`);
    });
    const actual = ROLES.flatMap((role) => knownFlags(role).map((flag) => `${role} ${flag}`));
    expect(documented).to.have.members(actual);
  });

  it('has a row for each key of the driver’s file, and no other', () => {
    expect(driver.map(([key]) => code(key))).to.have.members(keysOf(driverConfig));
  });

  it('has a row for each key of the gateway’s file, and no other', () => {
    expect(gateway.map(([key]) => code(key))).to.have.members(keysOf(gatewayConfig));
  });

  it('tells the defaults that the schemas have', () => {
    const read = driverConfig.parse({
      version: 1,
      clusters: [{ name: 'a', gateways: ['http://127.0.0.1:1'], servers: ['s'] }],
    }).clusters[0];
    const documented = Object.fromEntries(driver.map(([key, value]) => [code(key), code(value)]));
    expect(documented['clusters[].user']).to.equal(read?.user);
    expect(documented['clusters[].timeoutMs']).to.equal(String(read?.timeoutMs));
    expect(documented['clusters[].insecure']).to.equal(String(read?.insecure));
  });
});

describe('docs/reference/parameters.md', () => {
  it('has a row for each StorageClass parameter, and no other', () => {
    const [rows = []] = tables('parameters.md');
    const known = knownNames(() => parseParameters({ 'no-such-parameter': 'x' }));
    expect(rows.map(([parameter]) => code(parameter))).to.have.members(known);
  });

  it('has a row for each parameter of a snapshot class, and no other', () => {
    const [, rows = []] = tables('parameters.md');
    const known = knownNames(() => parseSnapshotParameters({ 'no-such-parameter': 'x' }));
    expect(rows.map(([parameter]) => code(parameter))).to.have.members(known);
  });
});

describe('docs/reference/block-volumes.md', () => {
  const [parameters = [], forms = []] = tables('block-volumes.md');

  it('has a row for each StorageClass parameter, and no other', () => {
    const known = knownNames(() => parseBlockParameters({ 'no-such-parameter': 'x' }));
    expect(parameters.map(([parameter]) => code(parameter))).to.have.members(known);
  });

  it('has forms of handles and nodes that are parsed, and each mount flag', () => {
    const [handle = '', overIscsi = '', node = ''] = forms.map(([form]) => code(form));
    const fill = (form: string) => form.replace('<provider>', 'lio').replaceAll(/<[a-z ]+>/g, 'east');
    expect(parseBlockHandle(fill(handle))?.hosting).to.equal('east');
    expect(parseBlockHandle(fill(overIscsi))?.provider).to.equal('lio');
    const initiator = 'iqn.2026-11.org.example:node-1';
    const id = node
      .replace('<name>', 'node-1')
      .replace('[,<address>…]', '')
      .replace('<address>', '10.0.0.1')
      .replace('[@<initiator>]', `@${initiator}`);
    expect(parseNodeId(id)).to.deep.equal({ name: 'node-1', addresses: ['10.0.0.1'], initiator });
    const flags = /^- `mountOptions`: (.*)\.$/m.exec(read('docs/reference/block-volumes.md'))?.[1];
    expect(flags?.split(', ').map(code)).to.deep.equal(BLOCK_MOUNT_FLAGS);
  });
});

describe('docs/reference/snapshots.md', () => {
  it('has handles that are parsed', () => {
    const [handles = []] = tables('snapshots.md');
    const filled = handles.map(([form]) =>
      code(form)
        .replace('<view>', '0123456789abcdef')
        .replaceAll(/<[a-z]+>/g, 'east'),
    );
    const kinds = filled.map((handle) =>
      [parseSnapshotHandle(handle, 'snap'), parseSnapshotHandle(handle, 'group'), parseHandle(handle)].map(
        (parsed) => parsed?.kind,
      ),
    );
    expect(kinds).to.deep.equal([
      ['snap', undefined, undefined],
      [undefined, 'group', undefined],
      [undefined, undefined, 'view'],
    ]);
  });
});

describe('docs/reference/volumes.md', () => {
  const [handles = [], , attributes = [], entries = []] = tables('volumes.md');

  it('has a row for each attribute of a volume in a pod’s own spec, and no other', () => {
    expect(attributes.map(([attribute]) => code(attribute))).to.deep.equal([...INLINE_ATTRIBUTES]);
  });

  it('has handles that are parsed', () => {
    const filled = handles.map(([form]) =>
      code(form)
        .replace('<cluster>', 'east')
        .replace('<volume>', 'media')
        .replace('<directory>[/<directory>…]', 'team/data'),
    );
    expect(filled.map((handle) => parseHandle(handle)?.kind)).to.deep.equal(['volume', 'subvol']);
  });

  it('has entries that the configuration takes', () => {
    const volumes = entries.map(([entry]) => code(entry));
    expect(volumes.length).to.equal(2);
    const inline = { allow: [{ namespaces: ['dev'], volumes }] };
    expect(driverConfig.shape.inline.safeParse(inline).success).to.equal(true);
  });
});

describe('docs/reference/metrics.md', () => {
  const [rows = []] = tables('metrics.md');

  it('has a row for each metric with its type and labels, and no other', () => {
    const actual = registry.getMetricsAsArray().map((metric) => {
      // What prom-client's own types leave out.
      const { name, type, labelNames } = metric as unknown as Record<string, string> & {
        labelNames: string[];
      };
      return [name, type, labelNames.join(', ') || 'none'];
    });
    expect(rows.map(([name, type, labels]) => [code(name), type, code(labels)])).to.have.deep.members(actual);
  });

  it('names metrics as Prometheus asks for', () => {
    for (const [name, type] of rows) {
      if (type === 'counter') expect(code(name)).to.match(/_total$/);
      if (type === 'histogram') expect(code(name)).to.match(/_seconds$/);
    }
  });

  it('has alerts on metrics that there are', () => {
    const known = rows.map(([name]) => code(name));
    const named = [...read('docs/reference/metrics.md').matchAll(/gluster_csi_\w+(?=[{ ])/g)].map(
      ([name]) => name,
    );
    expect(named.length).to.be.greaterThan(5);
    expect(named.map((name) => name.replace(/_seconds_count$/, '_seconds'))).to.satisfy((names: string[]) =>
      names.every((name) => known.includes(name)),
    );
  });
});

describe('docs/reference/events.md', () => {
  it('has a row for each event that is told, and no other', () => {
    const sources = globSync('src/**/*.ts', { cwd: root }).map(read);
    const told = sources.flatMap((text) =>
      [...text.matchAll(/reason: '([A-Z]\w+)'/g)].map(([, reason]) => reason),
    );
    const [rows = []] = tables('events.md');
    expect(rows.map(([reason]) => code(reason))).to.have.members([...new Set(told)]);
  });
});

function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}

/** The tables of a reference page, without their heads; cells as written. */
function tables(page: string): string[][][] {
  return read(`docs/reference/${page}`)
    .split(/\n(?!\|)/)
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
    .filter((lines) => lines.length > 2)
    .map((lines) =>
      lines.slice(2).map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      ),
    );
}

function code(cell: string | undefined): string {
  return cell?.replaceAll('`', '') ?? '';
}

function knownFlags(role: string): string[] {
  return knownNames(() => readCommandLine([role, '--no-such-flag', 'x'], {}));
}

/** Refusals of an unknown name end with those that are known: what the program itself says it takes. */
function knownNames(refused: () => unknown): string[] {
  try {
    refused();
  } catch (error) {
    if (isFault(error, 'invalid')) return /known are (.*)$/.exec(error.message)?.[1]?.split(', ') ?? [];
    throw error;
  }
  throw new Error('an unknown name was accepted');
}

/** Every key of a schema as the documentation writes it: `listen.port`, `clusters[].name`, `deviceRoots[]`. */
function keysOf(schema: unknown, path = ''): string[] {
  if (schema instanceof z.ZodObject) {
    const prefix = path === '' ? '' : `${path}.`;
    return Object.entries(schema.shape).flatMap(([key, inner]) => keysOf(inner, `${prefix}${key}`));
  }
  if (schema instanceof z.ZodArray) return keysOf(schema.element, `${path}[]`);
  if (schema instanceof z.ZodPipe) return keysOf(schema.in, path);
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodExactOptional
  ) {
    return keysOf(schema.def.innerType, path);
  }
  return [path];
}
