import { expect } from 'chai';
import { parse as parseYaml } from 'yaml';
import { driverConfig, readCommandLine } from '../../src/config.ts';
import { containersOf, getObject, RENDERED } from './chart-objects.ts';

const ROLES = ['controller', 'node', 'mounter'];
const CONFIGURATION = '/etc/gluster-csi';

/** What the chart renders is what our program takes. `npm run check` holds these files to the chart. */
for (const [name, objects] of Object.entries(RENDERED)) {
  const pod = (role: string) =>
    getObject(objects, role === 'controller' ? 'Deployment' : 'DaemonSet', `-${role}`)['spec'].template;
  const config = (role: string) =>
    driverConfig.parse(parseYaml(getObject(objects, 'ConfigMap', `-${role}`).data['clusters.yaml'] ?? ''));
  const own = (role: string) => {
    const [container] = containersOf(objects, role);
    if (container === undefined) throw new Error(`${role} has no container`);
    return container;
  };
  const flags = (role: string) => readCommandLine(own(role).args, {});

  describe(`the chart's pods: ${name}`, () => {
    it('start each role first in its pod, with flags that it knows', () => {
      expect(ROLES.map((role) => flags(role).role)).to.deep.equal(ROLES);
    });

    it('give controller and node a configuration that they read, of the same clusters', () => {
      const [controller, node] = [config('controller'), config('node')];
      expect(node.clusters.map((one) => one.name)).to.deep.equal(controller.clusters.map((one) => one.name));
      expect(node.clusters.map((one) => one.servers)).to.deep.equal(
        controller.clusters.map((one) => one.servers),
      );
      for (const cluster of controller.clusters) expect(cluster.gateways).to.not.be.empty;
    });

    it('keep gateways and keys from the nodes', () => {
      for (const cluster of config('node').clusters) {
        expect(cluster).to.not.have.any.keys('secretFile', 'caFile');
        expect(cluster.gateways).to.be.empty;
      }
    });

    it('mount every key and certificate that the configuration names, for owner and group alone', () => {
      const volume = pod('controller').spec.volumes.find((one: { name: string }) => one.name === 'config');
      const sources: readonly { secret?: Source; configMap?: Source }[] = volume.projected.sources;
      const mounted = sources.flatMap((source) => (source.secret ?? source.configMap)?.items ?? []);
      const named = config('controller').clusters.flatMap((one) => [one.secretFile, one.caFile]);
      expect(mounted.map(({ path }) => `${CONFIGURATION}/${path}`)).to.have.members(
        named.filter((path) => path !== undefined),
      );
      expect(volume.projected.defaultMode).to.equal(0o440);
      expect(own('controller').volumeMounts).to.deep.include({
        name: 'config',
        mountPath: CONFIGURATION,
        readOnly: true,
      });
    });

    it('start anew with another configuration, but for the mounter, which has none', () => {
      const annotated = ROLES.filter((role) => 'checksum/config' in (pod(role).metadata.annotations ?? {}));
      expect(annotated).to.deep.equal(['controller', 'node']);
      expect(own('mounter').volumeMounts.map((mount) => mount.mountPath)).to.not.include(CONFIGURATION);
    });

    it('leave mounters and their clients alone: replaced by hand only, without a limit', () => {
      const mounter = getObject(objects, 'DaemonSet', '-mounter')['spec'];
      expect(mounter.updateStrategy).to.deep.equal({ type: 'OnDelete' });
      expect(own('mounter')['resources']).to.have.all.keys('requests');
      expect(own('mounter').args).to.include(`--client-id=${own('node').image}`);
    });

    it('show kubelet and the host the same paths as the containers', () => {
      for (const role of ['node', 'mounter']) {
        const volumes = new Map<string, string | undefined>(
          pod(role).spec.volumes.map((one: Volume) => [one.name, one.hostPath?.path]),
        );
        const shared = own(role).volumeMounts.find((mount) => mount.name === 'kubelet');
        expect(shared).to.include({ mountPath: volumes.get('kubelet'), mountPropagation: 'Bidirectional' });
        const paths = own(role).args.filter((arg) => /^--(?:endpoint|mounter|directory|registr)/.test(arg));
        for (const path of paths) expect(path).to.include(`${shared?.mountPath}/plugins`);
      }
      const socket = own('mounter').args.find((arg) => arg.startsWith('--endpoint='));
      expect(own('node').args).to.include(socket?.replace('--endpoint', '--mounter'));
    });

    it('give clients that outlive their pod the host’s logs and temporary folder', () => {
      const paths = pod('mounter').spec.volumes.map((one: Volume) => one.hostPath?.path);
      expect(paths).to.include.members(['/var/log/glusterfs', '/tmp', '/sys/fs/cgroup']);
      const cgroup = own('mounter').volumeMounts.find((mount) => mount.name === 'cgroup')?.mountPath;
      expect(own('mounter').args).to.include(`--cgroup-directory=${cgroup}`);
    });

    it('probe the port that the role listens on', () => {
      for (const role of ROLES) {
        const container = own(role);
        const port = container.ports.find((one) => one.name === 'http')?.containerPort;
        const address = container.args.find((arg) => arg.startsWith('--http-address='));
        expect(address).to.match(new RegExp(`:${port}$`));
        for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
          const { path, host } = container[probe].httpGet;
          expect(path).to.equal('/healthz');
          // kubelet asks at the pod's address, unless it is told another one.
          expect(host).to.equal(address?.includes('127.0.0.1') ? '127.0.0.1' : undefined);
        }
      }
    });

    it('select their own pods, and mount volumes that they have', () => {
      for (const role of ROLES) {
        const workload = getObject(objects, role === 'controller' ? 'Deployment' : 'DaemonSet', `-${role}`);
        const { selector, template } = workload['spec'];
        expect(template.metadata.labels).to.include(selector.matchLabels);
        expect(selector.matchLabels['app.kubernetes.io/component']).to.equal(role);
        const volumes = template.spec.volumes.map((one: Volume) => one.name);
        const mounts = containersOf(objects, role).flatMap((one) => one.volumeMounts);
        expect(volumes).to.have.members([...new Set(mounts.map((mount) => mount.name))]);
      }
    });
  });
}

interface Source {
  readonly items?: readonly { readonly path: string }[];
}

interface Volume {
  readonly name: string;
  readonly hostPath?: { readonly path: string };
}
