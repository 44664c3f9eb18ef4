import { expect } from 'chai';
import { readCommandLine } from '../../src/config.ts';
import { parseBlockParameters } from '../../src/volumes/block/block-parameters.ts';
import { containersOf, findDriver, getObject, RENDERED } from './chart-objects.ts';

/** Block volumes are on, or off, in every object alike. */
for (const [name, objects] of Object.entries(RENDERED)) {
  const isOn = ['full', 'manifests with block volumes', 'manifests with iSCSI'].includes(name);
  const hasSnapshots = name === 'full';
  const driver = findDriver(objects, 'block');
  const sidecars = containersOf(objects, 'controller').filter((one) => one.name.startsWith('csi-block-'));
  const flags = (role: string) => readCommandLine(containersOf(objects, role)[0]?.args ?? [], {}).flags;
  const node = getObject(objects, 'DaemonSet', '-node')['spec'].template.spec;
  const paths = node.volumes.map((one: { hostPath?: { path: string } }) => one.hostPath?.path);

  if (isOn) describe(`the chart's block volumes: ${name}`, () => describesThem());
  else {
    describe(`the chart without block volumes: ${name}`, () => {
      it('has nothing of them', () => {
        expect(driver).to.equal(undefined);
        expect(sidecars).to.deep.equal([]);
        for (const role of ['controller', 'node']) expect(flags(role)).to.not.have.any.keys('block-endpoint');
        expect(paths).to.not.include('/dev');
        const text = JSON.stringify(objects.filter(({ kind }) => kind !== 'ConfigMap'));
        expect(text).to.not.match(/block|volumeattachments/);
      });
    });
  }

  function describesThem(): void {
    it('are of a driver that is attached, with its own name on the socket of each role', () => {
      expect(driver?.['spec']).to.deep.include({
        attachRequired: true,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
        storageCapacity: false,
      });
      for (const role of ['controller', 'node']) {
        expect(flags(role)).to.include({ 'block-driver-name': driver?.metadata.name });
      }
    });

    it('have sidecars of their own on that socket', () => {
      const socket = (flags('controller') as Record<string, string>)['block-endpoint']?.replace(
        'unix://',
        '',
      );
      expect(sidecars.map((one) => one.name)).to.deep.equal(
        ['provisioner', 'resizer', 'attacher', ...(hasSnapshots ? ['snapshotter'] : [])].map(
          (kind) => `csi-block-${kind}`,
        ),
      );
      const all = containersOf(objects, 'controller').flatMap(({ ports }) => ports);
      expect(new Set(all.map((port) => port.containerPort))).to.have.lengthOf(all.length);
      for (const { args, ports, livenessProbe } of sidecars) {
        expect(args).to.include.members([`--csi-address=${socket}`, '--leader-election']);
        expect(args).to.include(`--http-endpoint=:${ports[0]?.containerPort}`);
        expect(livenessProbe.httpGet.port).to.equal(ports[0]?.name);
        // What Kubernetes takes as the name of a port.
        expect(ports[0]?.name).to.match(/^[a-z][a-z-]{0,13}[a-z]$/);
      }
    });

    it('are reached by the node’s own addresses, on loop devices of the host', () => {
      const mounter = getObject(objects, 'DaemonSet', '-mounter')['spec'].template.spec;
      expect([node.hostNetwork, mounter.hostNetwork]).to.deep.equal([true, true]);
      expect(paths).to.include('/dev');
      // kubelet would have it made in /dev.
      expect(node.containers[0].terminationMessagePath).to.match(/^\/run\//);
      const socket = (flags('node') as Record<string, string>)['block-endpoint'];
      expect(socket).to.match(/^unix:\/\/\S+\/plugins\/\S+\.sock$/);
    });

    it('have classes whose parameters the driver knows', () => {
      const classes = objects.filter(
        (one) => one.kind === 'StorageClass' && one['provisioner'] === driver?.metadata.name,
      );
      expect(classes).to.not.be.empty;
      for (const one of classes) expect(() => parseBlockParameters(one['parameters'])).to.not.throw();
    });
  }
}
