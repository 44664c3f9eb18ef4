import { expect } from 'chai';
import type { Host, Mount } from '../../src/staging/host.ts';
import { call, faultOf } from './backend.ts';
import { describeClients } from './host-clients.ts';
import type { HostSubject } from './host-subject.ts';

/** The suite that every Host passes: the one in memory, and the Linux one on a pool. */
export function hostContract(name: string, makeSubject: () => Promise<HostSubject>): void {
  describe(`${name} keeps the promises of the Host port`, () => {
    let subject: HostSubject;
    let host: Host;
    let made = 0;
    before(async () => {
      subject = await makeSubject();
      host = subject.host;
    });
    after(() => subject[Symbol.asyncDispose]());
    afterEach(async () => {
      for (const { target } of (await ours()).toReversed()) await host.unmount(target, call());
    });

    const ours = async (): Promise<readonly Mount[]> =>
      (await host.mounts()).filter(({ target }) => target.startsWith(`${subject.folder}/`));
    const at = async (target: string): Promise<Mount> => {
      const found = (await host.mounts()).findLast((mount) => mount.target === target);
      if (found === undefined) throw new Error(`nothing is mounted at ${target}`);
      return found;
    };
    const newPath = (): string => {
      made += 1;
      return `${subject.folder}/${made}`;
    };
    const newDirectory = async (): Promise<string> => {
      const path = newPath();
      await host.makeDirectory(path, call());
      return path;
    };
    const mount = async (options: readonly string[] = [], volume = subject.volumes[0]): Promise<string> => {
      const target = await newDirectory();
      await host.mountGluster({ servers: subject.servers, volume, target, options }, call());
      return target;
    };
    const bind = async (source: string, readonly: boolean): Promise<string> => {
      const target = await newDirectory();
      await host.bind(source, target, { readonly }, call());
      return target;
    };

    describe('directories', () => {
      it('makes a directory with its parents, and again', async () => {
        const path = `${newPath()}/deep/below`;
        await host.makeDirectory(path, call());
        await host.makeDirectory(path, call());
        expect(await host.probe(path, call())).to.equal('directory');
      });

      it('refuses to make one where a file is, or below a file', async () => {
        const path = newPath();
        await subject.writeFile(path);
        await faultOf('conflict', host.makeDirectory(path, call()));
        await faultOf('conflict', host.makeDirectory(`${path}/below`, call()));
        expect(await host.probe(path, call())).to.equal('other');
      });

      it('removes an empty one, and one that is not there', async () => {
        const path = await newDirectory();
        await host.removeDirectory(path, call());
        await host.removeDirectory(path, call());
        expect(await host.probe(path, call())).to.equal('absent');
      });

      it('removes neither a directory with something in it, nor a file, nor a mount point', async () => {
        const full = await newDirectory();
        await host.makeDirectory(`${full}/below`, call());
        await faultOf('wrong-state', host.removeDirectory(full, call()));
        const file = newPath();
        await subject.writeFile(file);
        await faultOf('wrong-state', host.removeDirectory(file, call()));
        const mounted = await mount();
        await faultOf('wrong-state', host.removeDirectory(mounted, call()));
        expect(await host.probe(mounted, call())).to.equal('directory');
      });
    });

    describe('mounting a volume', () => {
      it('shows it in the mount table, served and writable', async () => {
        const target = await mount();
        const { fsType, source, root, options } = await at(target);
        expect({ fsType, source, root }).to.deep.equal({
          fsType: 'fuse.glusterfs',
          source: `${subject.servers[0]}:/${subject.volumes[0]}`,
          root: '/',
        });
        expect(options).to.include('rw');
        expect(await host.probe(target, call())).to.equal('directory');
        expect(await subject.writeFile(`${target}/file`)).to.equal(true);
      });

      it('takes a list that names a server twice', async () => {
        const target = await newDirectory();
        const [first = ''] = subject.servers;
        const servers = [first, first];
        await host.mountGluster({ servers, volume: subject.volumes[0], target, options: [] }, call());
        expect(await host.probe(target, call())).to.equal('directory');
      });

      it('passes options on', async () => {
        const target = await mount(['ro', 'noexec', 'nosuid']);
        expect((await at(target)).options).to.include.members(['ro', 'noexec', 'nosuid']);
        expect(await subject.writeFile(`${target}/file`)).to.equal(false);
      });

      it('leaves nothing of a volume that does not exist', async () => {
        const target = await newDirectory();
        const gone = { servers: subject.servers, volume: 'no-such-volume', target, options: [] };
        const fault = await faultOf('not-found', host.mountGluster(gone, call()));
        expect(fault.message).to.include('no-such-volume');
        expect(await ours()).to.deep.equal([]);
        await host.removeDirectory(target, call());
      });

      it('shows a directory of it in its stead, beside other mounts of the volume', async () => {
        const whole = await mount();
        await host.makeDirectory(`${whole}/team/data/below`, call());
        const made = [];
        for (const subdirectory of ['team', 'team/data']) {
          const target = await newDirectory();
          const [volume] = subject.volumes;
          await host.mountGluster(
            { servers: subject.servers, volume, subdirectory, target, options: [] },
            call(),
          );
          made.push(await at(target));
          expect(await host.probe(target, call())).to.equal('directory');
          expect(await subject.writeFile(`${target}/file`)).to.equal(true);
        }
        const from = `${subject.servers[0]}:/${subject.volumes[0]}`;
        expect(made.map(({ source }) => source)).to.deep.equal([`${from}/team`, `${from}/team/data`]);
        expect(made.map(({ root }) => root)).to.deep.equal(['/', '/']);
        const devices = [await at(whole), ...made].map(({ device }) => device);
        expect(new Set(devices).size).to.equal(3);
      });

      it('leaves nothing of a directory that does not exist, and names it', async () => {
        const target = await newDirectory();
        const [volume] = subject.volumes;
        const subdirectory = 'no-such/directory';
        const gone = { servers: subject.servers, volume, subdirectory, target, options: [] };
        const fault = await faultOf('not-found', host.mountGluster(gone, call()));
        expect(fault.message).to.include(subdirectory);
        expect(await ours()).to.deep.equal([]);
        await host.removeDirectory(target, call());
      });

      it('leaves nothing of a volume that is stopped', async () => {
        const target = await newDirectory();
        const [, volume] = subject.volumes;
        await subject.setVolume(volume, 'stopped');
        try {
          const stopped = { servers: subject.servers, volume, target, options: [] };
          await faultOf('unreachable', host.mountGluster(stopped, call()));
        } finally {
          await subject.setVolume(volume, 'started');
        }
        expect(await ours()).to.deep.equal([]);
      });

      it('leaves nothing where the target does not exist', async () => {
        const nowhere = {
          servers: subject.servers,
          volume: subject.volumes[0],
          target: newPath(),
          options: [],
        };
        await faultOf('unreachable', host.mountGluster(nowhere, call()));
        expect(await ours()).to.deep.equal([]);
      });

      it('mounts two volumes at once, each with a client of its own', async () => {
        const [one, other] = await Promise.all(subject.volumes.map((volume) => mount([], volume)));
        expect((await at(one ?? '')).device).to.not.equal((await at(other ?? '')).device);
      });
    });

    describe('binds', () => {
      it('share the device of their source', async () => {
        const source = await mount();
        const target = await bind(source, false);
        expect((await at(target)).device).to.equal((await at(source)).device);
        expect(await subject.writeFile(`${target}/from-a-bind`)).to.equal(true);
      });

      it('are read-only when asked, with the flags of their source, which stays writable', async () => {
        const source = await mount(['nosuid', 'nodev']);
        const target = await bind(source, true);
        expect((await at(target)).options).to.include.members(['ro', 'nosuid', 'nodev']);
        expect(await subject.writeFile(`${target}/file`)).to.equal(false);
        expect(await subject.writeFile(`${source}/file`)).to.equal(true);
        expect((await ours()).length).to.equal(2);
      });

      it('of a read-only mount are read-only', async () => {
        const target = await bind(await mount(['ro']), false);
        expect((await at(target)).options).to.include('ro');
      });

      it('fail where the target does not exist, and leave nothing', async () => {
        const source = await mount();
        await faultOf('unreachable', host.bind(source, newPath(), { readonly: true }, call()));
        expect((await ours()).map(({ target }) => target)).to.deep.equal([source]);
      });
    });

    describe('unmounting', () => {
      it('takes away what is on top, and only that', async () => {
        const target = await mount();
        const below = (await at(target)).id;
        await host.bind(await mount([], subject.volumes[1]), target, { readonly: false }, call());
        await host.unmount(target, call());
        expect((await at(target)).id).to.equal(below);
        await host.unmount(target, call());
        expect((await ours()).map((one) => one.target)).to.not.include(target);
      });

      it('succeeds where nothing is mounted, and where nothing is', async () => {
        await host.unmount(await newDirectory(), call());
        await host.unmount(newPath(), call());
      });
    });

    describeClients({ ours, at, newPath, newDirectory, mount, bind, subject: () => subject });
  });
}
