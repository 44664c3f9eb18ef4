import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse as parseYaml } from 'yaml';
import { driverConfig, gatewayConfig, readCommandLine, readConfigFile } from '../../src/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const units = readdirSync(`${root}deploy/systemd`).map((name) => ({
  name,
  text: read(`deploy/systemd/${name}`),
}));

/** systemd.exec(5): each of these gives a service a mount namespace of its own, where glusterd sees no brick. */
const NAMESPACING =
  /^(?:Protect(?:System|Home|KernelTunables|KernelModules|KernelLogs|ControlGroups|Proc|Clock)|Private\w+|(?:ReadWrite|ReadOnly|Inaccessible|Exec|NoExec)Paths|TemporaryFileSystem|Bind(?:ReadOnly)?Paths|Root\w+|MountFlags|MountAPIVFS|ProcSubset|DynamicUser|(?:State|Cache|Logs|Runtime|Configuration)Directory|DevicePolicy)=/m;

describe('deploy/examples', () => {
  it('has a gateway configuration that the gateway reads', () => {
    const config = readConfigFile(`${root}deploy/examples/gateway.yaml`, gatewayConfig);
    expect(config.hostname).to.equal('server-1.storage.example');
    expect(config.auth.driver.keyFile).to.not.equal(config.auth.peers.keyFile);
  });

  it('has a driver configuration that fits the gateway’s and the StorageClass’s', () => {
    const gateway = readConfigFile(`${root}deploy/examples/gateway.yaml`, gatewayConfig);
    const driver = readConfigFile(`${root}deploy/examples/clusters.yaml`, driverConfig);
    const [cluster] = driver.clusters;
    expect(cluster?.user).to.equal(gateway.auth.driver.issuer);
    expect(cluster?.gateways).to.include(`https://${gateway.hostname}:${gateway.listen.port}`);
    expect(cluster?.servers).to.include(gateway.hostname);
    const storageClass = parseYaml(read('deploy/examples/storageclass.yaml'));
    expect(storageClass.parameters.cluster).to.equal(cluster?.name);
  });

  it('has a StorageClass whose parameters are documented, for a claim that names it', () => {
    const storageClass = parseYaml(read('deploy/examples/storageclass.yaml'));
    const documented = read('docs/reference/parameters.md');
    for (const parameter of Object.keys(storageClass.parameters)) {
      expect(documented).to.include(`| \`${parameter}\` |`);
    }
    const claim = parseYaml(read('deploy/examples/pvc.yaml'));
    expect(claim.spec.storageClassName).to.equal(storageClass.metadata.name);
  });
});

describe('deploy/systemd', () => {
  it('starts roles with flags that they know', () => {
    const roles = units.map(({ text }) => {
      const command = /^ExecStart=.*gluster-csi\.mjs (.*)$/m.exec(text)?.[1] ?? '';
      return readCommandLine(command.split(' '), {}).role;
    });
    expect(roles).to.have.members(['gateway', 'mount-bricks']);
  });

  for (const { name, text } of units) {
    it(`leaves ${name} in the mount namespace that glusterd sees`, () => {
      expect(NAMESPACING.exec(text)?.[0]).to.equal(undefined);
    });
  }

  it('mounts bricks before glusterd starts, and never holds glusterd back', () => {
    const text = units.find(({ name }) => name === 'gluster-csi-mount-bricks.service')?.text;
    expect(text).to.match(/^Before=glusterd\.service$/m);
    expect(text).to.match(/^WantedBy=glusterd\.service\b/m);
    expect(text).to.not.match(/^(?:RequiredBy=|After=.*network)/m);
  });

  it('waits for the device roots of the sample configuration', () => {
    const { deviceRoots } = readConfigFile(`${root}deploy/examples/gateway.yaml`, gatewayConfig);
    for (const { text } of units) expect(text).to.include(`\nRequiresMountsFor=${deviceRoots.join(' ')}\n`);
  });
});

function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}
