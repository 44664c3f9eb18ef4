import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { driverConfig, gatewayConfig, readCommandLine, readConfigFile } from '../../src/config.ts';

describe('readCommandLine', () => {
  const node = ['node', '--endpoint', 'unix:///csi.sock', '--config', '/etc/c.yaml'];

  it('reads flags, and the environment where a flag is missing; the flag wins', () => {
    const env = { GLUSTER_CSI_NODE_ID: 'from-env', GLUSTER_CSI_LOG_LEVEL: 'warn' };
    const read = readCommandLine([...node, '--log-level', 'debug'], env);
    expect(read.flags).to.include({ 'node-id': 'from-env', 'log-level': 'debug', 'max-volumes': 0 });
  });

  it('names an unknown flag and the known ones', () => {
    expect(() => readCommandLine([...node, '--nodeid', 'x'], {}))
      .to.throw(/nodeid.*--node-id/)
      .with.property('kind', 'invalid');
  });

  it('names a missing flag, and an unknown role with the known ones', () => {
    expect(() => readCommandLine(node, {})).to.throw('--node-id');
    expect(() => readCommandLine(['nod'], {})).to.throw('controller, node, mounter, gateway, mount-bricks');
  });
});

describe('readConfigFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-config-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (text: string) => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, text);
    return path;
  };
  const cluster = 'name: main\n  gateways: ["https://g1:24010"]\n  servers: [g1, g2]\n';

  it('reads a cluster with its defaults', () => {
    const config = readConfigFile(file(`version: 1\nclusters:\n- ${cluster}`), driverConfig);
    expect(config.clusters[0]).to.deep.include({ user: 'glustercli', insecure: false, timeoutMs: 120_000 });
  });

  it('leaves gateways and keys out for a node, which needs neither', () => {
    const text = 'version: 1\nclusters:\n- name: main\n  servers: [g1]\n';
    expect(readConfigFile(file(text), driverConfig).clusters[0]?.gateways).to.deep.equal([]);
  });

  for (const [what, text, named] of [
    ['an unknown key', `version: 1\nclusters:\n- ${cluster}  sevrers: [g1]\n`, 'sevrers'],
    ['a newer version', `version: 2\nclusters:\n- ${cluster}`, 'version'],
    [
      'a bad cluster name',
      `version: 1\nclusters:\n- ${cluster.replace('main', 'Main_1')}`,
      'clusters.0.name',
    ],
    [
      'a server that is an option',
      `version: 1\nclusters:\n- ${cluster.replace('g1, g2', '"-o"')}`,
      'servers',
    ],
    [
      'a gateway that is no URL',
      `version: 1\nclusters:\n- ${cluster.replace('https://g1:24010', 'file:///etc/passwd')}`,
      'gateways',
    ],
    ['no YAML', 'version: [', 'config.yaml'],
  ] as const) {
    it(`refuses ${what}, naming the file and the field`, () => {
      expect(() => readConfigFile(file(text), driverConfig))
        .to.throw(named)
        .with.property('message')
        .that.contains('config.yaml');
    });
  }

  it('keeps a gateway on loopback unless told otherwise', () => {
    const text = `version: 1
hostname: g1
deviceRoots: [/srv/gluster]
auth:
  driver: {issuer: glustercli, keyFile: /k1}
  peers: {issuer: gateway, keyFile: /k2}
`;
    const config = readConfigFile(file(text), gatewayConfig);
    expect(config).to.deep.include({ listen: { address: '127.0.0.1', port: 24_010 }, insecure: false });
  });
});
