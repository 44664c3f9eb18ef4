import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse as parseYaml } from 'yaml';
import { driverConfig, gatewayConfig, readCommandLine, readConfigFile } from '../../src/config.ts';
import { parseBlockParameters } from '../../src/volumes/block/block-parameters.ts';
import { parseHandle } from '../../src/volumes/ids.ts';
import { parseMountFlags } from '../../src/volumes/mount-flags.ts';
import { SNAPSHOTTER_VERSION } from '../e2e/build/snapshotter.ts';
import { getObject, readObjects } from './chart-objects.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const units = readdirSync(`${root}deploy/systemd`)
  .filter((name) => name.endsWith('.service'))
  .map((name) => ({
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

  it('has values for the chart that make the same configuration, Secret and class', () => {
    const [cluster] = readConfigFile(`${root}deploy/examples/clusters.yaml`, driverConfig).clusters;
    const values = parseYaml(read('deploy/examples/values.yaml'));
    const { gateways, servers, user } = values.clusters[0];
    expect({ gateways, servers, user }).to.deep.equal({
      gateways: cluster?.gateways,
      servers: cluster?.servers,
      user: cluster?.user,
    });
    const storageClass = parseYaml(read('deploy/examples/storageclass.yaml'));
    const { cluster: name, parameters } = values.storageClasses[0];
    const rendered = { cluster: name, ...parameters, replica: String(parameters.replica) };
    expect(rendered).to.deep.equal(storageClass.parameters);
    expect(values.storageClasses[0].name).to.equal(storageClass.metadata.name);
  });

  it('has a class of the block driver, the one that the values for the chart make', () => {
    const { metadata, provisioner, parameters } = parseYaml(read('deploy/examples/block-storageclass.yaml'));
    const [made] = parseYaml(read('deploy/examples/values.yaml')).block.storageClasses;
    expect(provisioner).to.equal(parseYaml(read('deploy/chart/values.yaml')).block.driverName);
    expect([metadata.name, parameters.cluster]).to.deep.equal([made.name, made.cluster]);
    const values = Object.entries(made.parameters).map(([name, value]) => [name, String(value)]);
    expect(parameters).to.deep.equal({ cluster: made.cluster, ...Object.fromEntries(values) });
    expect(() => parseBlockParameters(parameters)).to.not.throw();
  });

  it('has a class over iSCSI, the one that the chart makes of those values', () => {
    const written = parseYaml(read('deploy/examples/iscsi-storageclass.yaml'));
    const rendered = getObject(readObjects('deploy/manifests/iscsi.yaml'), 'StorageClass', 'gluster-iscsi');
    for (const key of ['provisioner', 'allowVolumeExpansion', 'parameters'])
      expect(written[key], key).to.deep.equal(rendered[key]);
    expect(written.metadata.name).to.equal(rendered.metadata.name);
    expect(parseBlockParameters(written.parameters).provider).to.equal('lio');
  });
});

describe('deploy/examples for users', () => {
  const files = readdirSync(`${root}deploy/examples`).filter(
    (name) => name.endsWith('.yaml') && !['gateway.yaml', 'clusters.yaml', 'values.yaml'].includes(name),
  );
  const all = readObjects(...files.map((name) => `deploy/examples/${name}`));
  const of = (kind: string) => all.filter((object) => object.kind === kind);
  const driver = parseYaml(read('deploy/chart/values.yaml')).driverName;
  const pods = [
    ...of('Pod').map((pod) => pod['spec']),
    ...of('Deployment').map((d) => d['spec'].template.spec),
  ];
  const volumes = pods.flatMap((pod) => pod.volumes);

  it('have a claim for each pod that names one, and a class or volume for each claim', () => {
    const claims = new Set(of('PersistentVolumeClaim').map((claim) => claim.metadata.name));
    const named = volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
    expect(named).to.not.be.empty;
    expect(named.filter((name) => !claims.has(name))).to.deep.equal([]);
    const sources = [...of('StorageClass'), ...of('PersistentVolume')].map((object) => object.metadata.name);
    for (const { spec } of of('PersistentVolumeClaim')) {
      expect(sources).to.include(spec.volumeName ?? spec.storageClassName);
    }
  });

  it('have static volumes of this driver, kept by Kubernetes, for a claim that takes them', () => {
    const statics = of('PersistentVolume');
    for (const { metadata, spec } of statics) {
      expect(spec.csi.driver).to.equal(driver);
      expect(parseHandle(spec.csi.volumeHandle), spec.csi.volumeHandle).to.not.equal(undefined);
      expect(spec.persistentVolumeReclaimPolicy).to.equal('Retain');
      expect(parseMountFlags(spec.mountOptions ?? [])).to.deep.equal(spec.mountOptions ?? []);
      const claim = of('PersistentVolumeClaim').find((one) => one['spec'].volumeName === metadata.name);
      expect(claim?.metadata).to.deep.equal(spec.claimRef);
      expect(claim?.['spec'].storageClassName).to.equal(spec.storageClassName);
    }
    expect(statics).to.have.lengthOf(2);
  });

  it('have a snapshot, or a claim, for each claim that has a source; and classes for each snapshot', () => {
    const named = (kind: string) => new Set(of(kind).map((object) => object.metadata.name));
    const sources = of('PersistentVolumeClaim').flatMap((claim) => claim['spec'].dataSource ?? []);
    expect(new Set(sources.map(({ kind }) => kind))).to.deep.equal(
      new Set(['VolumeSnapshot', 'PersistentVolumeClaim']),
    );
    for (const { kind, name } of sources) expect(named(kind)).to.include(name);
    const values = parseYaml(read('deploy/examples/values.yaml'));
    for (const { spec } of of('VolumeSnapshot')) {
      const { persistentVolumeClaimName } = spec.source;
      const source = of('PersistentVolumeClaim').find(
        ({ metadata }) => metadata.name === persistentVolumeClaimName,
      );
      // A class is of one driver, the one of the snapshot's source.
      expect(source, persistentVolumeClaimName).to.not.equal(undefined);
      const isBlock = source?.['spec'].storageClassName === values.block.storageClasses[0].name;
      const [made] = isBlock ? values.block.snapshotClasses : values.volumeSnapshotClasses;
      expect(made.name).to.equal(spec.volumeSnapshotClassName);
    }
    for (const { spec } of of('VolumeGroupSnapshot')) {
      const { app } = spec.source.selector.matchLabels;
      const members = of('PersistentVolumeClaim').filter(({ metadata }) => metadata.labels?.['app'] === app);
      expect(members).to.have.lengthOf(2);
      expect(values.volumeGroupSnapshotClasses[0].name).to.equal(spec.volumeGroupSnapshotClassName);
    }
  });

  it('install the snapshot-controller of the version that is tested', () => {
    const text = read('deploy/examples/snapshot-controller/kustomization.yaml');
    const versions = text.match(/v\d+\.\d+\.\d+/g);
    expect(new Set(versions)).to.deep.equal(new Set([SNAPSHOTTER_VERSION]));
  });

  it('name this driver inline, and run the image that is tested', () => {
    const inline = volumes.flatMap((volume) => volume.csi ?? []);
    expect(inline.map((csi) => csi.driver)).to.deep.equal([driver]);
    const images = pods.flatMap((pod) => pod.containers.map((one: { image: string }) => one.image));
    expect(new Set(images)).to.deep.equal(new Set(['busybox:1.37']));
  });

  it('grow the claim that they make', () => {
    const [before, after] = ['pvc', 'expand'].map((name) => parseYaml(read(`deploy/examples/${name}.yaml`)));
    const grown = structuredClone(before);
    grown.spec.resources.requests.storage = '2Gi';
    expect(after).to.deep.equal(grown);
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

  it('has what the kernel’s iSCSI target takes loaded before the gateway, which may load nothing, where it is wanted', () => {
    const text = read('deploy/systemd/gluster-csi-gateway.service.d/iscsi.conf');
    const listed = (key: string) =>
      [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].flatMap(([, names = '']) => names.split(' '));
    const loaded = /MODULES = \[(.*)\]/.exec(read('src/host/prepare-lio.ts'))?.[1] ?? '';
    const modules = [...loaded.matchAll(/'(\w+)'/g)].map(([, name]) => name);
    expect(modules).to.include('iscsi_target_mod');
    // The target's core comes with its iblock.
    const services = modules
      .filter((name) => name !== 'target_core_mod')
      .map((name) => `modprobe@${name}.service`);
    for (const key of ['Wants', 'After']) {
      expect(listed(key)).to.include.members([...services, 'sys-kernel-config.mount']);
    }
    const unit = units.find(({ name }) => name === 'gluster-csi-gateway.service')?.text;
    expect(unit)
      .to.match(/^SystemCallFilter=~.*@module/m)
      .and.not.include('modprobe@');
  });

  it('waits for the device roots of the sample configuration', () => {
    const { deviceRoots } = readConfigFile(`${root}deploy/examples/gateway.yaml`, gatewayConfig);
    for (const { text } of units) expect(text).to.include(`\nRequiresMountsFor=${deviceRoots.join(' ')}\n`);
  });
});

function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}
