import { expect } from 'chai';
import { readCommandLine } from '../../src/config.ts';
import { containersOf, findDriver, getObject, RENDERED } from './chart-objects.ts';

interface Volume {
  readonly name: string;
  readonly hostPath?: { readonly path: string };
}

/** Disks over iSCSI are on, or off, in every object alike. */
for (const [name, objects] of Object.entries(RENDERED)) {
  const isOn = ['full', 'manifests with iSCSI'].includes(name);
  const pod = getObject(objects, 'DaemonSet', '-node')['spec'].template.spec;
  const [container] = containersOf(objects, 'node');
  const { flags } = readCommandLine(container?.args ?? [], {});
  /** Those folders of the host that the container sees by the same path. */
  const shared: readonly string[] = pod.volumes.flatMap(({ name: volume, hostPath }: Volume) => {
    const mount = container?.volumeMounts.find((one) => one.name === volume);
    return mount !== undefined && mount.mountPath === hostPath?.path ? [hostPath.path] : [];
  });
  const classes = objects.filter((one) => one.kind === 'StorageClass' && one['parameters'].kind === 'block');

  if (!isOn) {
    describe(`the chart without iSCSI: ${name}`, () => {
      it('has nothing of it', () => {
        expect(classes).to.deep.equal([]);
        expect(shared.filter((path) => path.startsWith('/etc/'))).to.deep.equal([]);
        expect(flags).to.not.have.any.keys('host-namespaces');
        expect(JSON.stringify(objects)).to.not.match(/iscsi|multipath|chap/);
      });
    });
    continue;
  }

  describe(`the chart’s iSCSI: ${name}`, () => {
    it('is the host’s, entered by its first process', () => {
      expect(flags).to.include({ 'host-namespaces': '/proc/1/ns' });
      expect([pod.hostPID, pod.hostNetwork]).to.deep.equal([true, true]);
      expect(container?.['securityContext'].privileged).to.equal(true);
    });

    it('has the host’s devices, its name, its node records and multipath’s configuration', () => {
      const { 'iscsi-database': database } = flags as Record<string, string>;
      expect(shared).to.include.members(['/dev', '/etc/iscsi', '/etc/multipath', database]);
    });

    it('has classes of the block driver, whose Secrets csi-attacher may read, and no others', () => {
      expect(classes).to.not.be.empty;
      for (const one of classes)
        expect(one['provisioner']).to.equal(findDriver(objects, 'block')?.metadata.name);
      const role = getObject(objects, 'Role', '-controller');
      const [rule, ...more] = role['rules'].filter(({ resources }: { resources: readonly string[] }) =>
        resources.includes('secrets'),
      );
      expect(more).to.deep.equal([]);
      expect(rule.verbs).to.deep.equal(['get']);
      for (const { parameters } of classes.filter((one) => one['parameters'].provider === 'lio')) {
        for (const use of ['controller-publish', 'node-stage']) {
          expect(rule.resourceNames).to.include(parameters[`csi.storage.k8s.io/${use}-secret-name`]);
          const namespace = parameters[`csi.storage.k8s.io/${use}-secret-namespace`];
          expect(namespace).to.equal((role.metadata as { namespace?: string }).namespace);
        }
      }
    });
  });
}
