import { expect } from 'chai';
import type { BlockHost, FsType, LoopDevice } from '../../src/staging/block/block-host.ts';
import { toLoopMount } from '../../src/staging/block/loop-mount.ts';
import type { Mount } from '../../src/staging/host.ts';
import { call, faultOf } from './backend.ts';

export const MIB = 1024n * 1024n;

/** A machine to hold against the promises of the BlockHost port. */
export interface BlockHostSubject extends AsyncDisposable {
  readonly host: BlockHost;
  /** An empty directory. */
  readonly folder: string;
  /**
   * Mounts a directory with a new, sparse `disk` of 400 MiB; resolves with the file's path. One that is `doomed` lies
   * where nothing can be read any more after `doom`.
   */
  newDisk(fate?: 'doomed'): Promise<string>;
  doom(): Promise<void>;
  resize(file: string, bytes: bigint): Promise<void>;
  /** Writes one block of text at this place of the disk, as some user of it did. */
  scribble(file: string, at: bigint): Promise<void>;
  /** What is at the beginning of the file system is lost. */
  damage(file: string): Promise<void>;
  /** Which file systems may grow while they are mounted: of ext4 the kernel asks for CAP_SYS_RESOURCE. */
  readonly grow: readonly FsType[];
}

const SIZE = 400n * MIB;

/** The suite that every BlockHost passes: the one in memory, and the Linux one. */
export function blockHostContract(name: string, makeSubject: () => Promise<BlockHostSubject>): void {
  describe(`${name} keeps the promises of the BlockHost port`, () => {
    let subject: BlockHostSubject;
    let host: BlockHost;
    let made = 0;
    const attached: LoopDevice[] = [];
    before(async () => {
      subject = await makeSubject();
      host = subject.host;
    });
    after(() => subject[Symbol.asyncDispose]());
    afterEach(async () => {
      const ours = (await host.mounts()).filter(({ target }) => target.startsWith(`${subject.folder}/`));
      for (const { target } of ours.toReversed()) {
        if (!target.endsWith('/client')) await host.unmount(target, call());
      }
      for (const loop of attached.splice(0)) expect(await host.detachLoop(loop, call())).to.equal(true);
    });

    const newPath = () => {
      made += 1;
      return `${subject.folder}/path-${made}`;
    };
    const attach = async (file: string, readonly = false) => {
      const loop = await host.attachLoop(file, { readonly }, call());
      attached.push(loop);
      return loop;
    };
    const newDevice = async () => {
      const file = await subject.newDisk();
      const loop = await attach(file);
      return { file, loop, device: loop.path };
    };
    const mountedAt = async (target: string): Promise<Mount> => {
      const found = (await host.mounts()).findLast((mount) => mount.target === target);
      if (found === undefined) throw new Error(`nothing is mounted at ${target}`);
      return found;
    };
    const mount = async (device: string, fsType: FsType, options: readonly string[] = []) => {
      const target = newPath();
      await host.makeDirectory(target, call());
      await host.mountDevice({ device, fsType, target, options }, call());
      return target;
    };

    describe('empty files', () => {
      it('are made and removed, each twice', async () => {
        const path = newPath();
        for (const _ of [1, 2]) await host.makeFile(path, call());
        expect(await host.probe(path, call())).to.equal('other');
        for (const _ of [1, 2]) await host.removeFile(path, call());
        expect(await host.probe(path, call())).to.equal('absent');
      });

      it('are not made in the place of a directory, which is not removed either', async () => {
        const path = newPath();
        await host.makeDirectory(path, call());
        await faultOf('conflict', host.makeFile(path, call()));
        await faultOf('wrong-state', host.removeFile(path, call()));
        expect(await host.probe(path, call())).to.equal('directory');
      });

      it('lie beside a disk too', async () => {
        const file = await subject.newDisk();
        const beside = file.replace(/disk$/, 'formatting');
        expect(await host.probe(beside, call())).to.equal('absent');
        await host.makeFile(beside, call());
        expect(await host.probe(beside, call())).to.equal('other');
        await host.removeFile(beside, call());
        expect(await host.probe(beside, call())).to.equal('absent');
      });
    });

    describe('loop devices', () => {
      it('are found by their file, and by no other', async () => {
        const { file, loop, device } = await newDevice();
        const other = await newDevice();
        expect(device)
          .to.match(/^\/dev\/loop\d+$/)
          .and.not.equal(other.device);
        expect(loop.sequence).to.not.equal(other.loop.sequence);
        expect(loop).to.include({ isReadonly: false, isGoing: false, isDirect: true });
        expect(await host.loops(file, call())).to.deep.equal([loop]);
        expect(await host.loopAt({ device, file }, call())).to.deep.equal(loop);
        expect(await host.loopAt({ device, file: other.file }, call())).to.equal(undefined);
        expect(await host.deviceBytes(device, call())).to.equal(SIZE);
      });

      it('tell that they are read-only', async () => {
        const file = await subject.newDisk();
        const loop = await attach(file, true);
        expect(loop.isReadonly).to.equal(true);
        expect(await host.loops(file, call())).to.deep.equal([loop]);
      });

      it('go, and go again', async () => {
        const { file, loop, device } = await newDevice();
        for (const _ of [1, 2]) expect(await host.detachLoop(loop, call())).to.equal(true);
        expect(await host.loops(file, call())).to.deep.equal([]);
        expect(await host.loopAt({ device, file }, call())).to.equal(undefined);
        await faultOf('not-found', host.deviceBytes(device, call()));
      });

      it('are left alone by whoever knew another of the same path', async () => {
        const { file, loop } = await newDevice();
        const former = { ...loop, sequence: `${loop.sequence}0` };
        expect(await host.detachLoop(former, call())).to.equal(true);
        expect(await host.loops(file, call())).to.deep.equal([loop]);
      });

      it('are the same through what is done with them, and others when made again', async () => {
        const { file, loop, device } = await newDevice();
        await host.format(device, 'xfs', call());
        const target = await mount(device, 'xfs');
        await subject.resize(file, SIZE + MIB);
        await host.growLoop({ device, file }, call());
        await host.unmountWritten(target, call());
        expect(await host.loops(file, call())).to.deep.equal([loop]);
        await host.detachLoop(loop, call());
        expect((await attach(file)).sequence).to.not.equal(loop.sequence);
      });

      it('go with their last user', async () => {
        const { file, loop, device } = await newDevice();
        await host.format(device, 'ext4', call());
        const target = await mount(device, 'ext4');
        for (const _ of [1, 2]) expect(await host.detachLoop(loop, call())).to.equal(false);
        expect((await host.loops(file, call())).map(({ isGoing }) => isGoing)).to.deep.equal([true]);
        await host.unmountWritten(target, call());
        expect(await host.detachLoop(loop, call())).to.equal(true);
        expect(await host.loops(file, call())).to.deep.equal([]);
      });

      it('are bound on a file, and known again by that', async () => {
        const { device } = await newDevice();
        const [first, second] = [newPath(), newPath()];
        for (const path of [first, second]) await host.makeFile(path, call());
        await host.bind(device, first, { readonly: false }, call());
        await host.bind(first, second, { readonly: false }, call());
        for (const path of [first, second]) {
          expect(toLoopMount(await mountedAt(path))).to.include({ loop: device, fileSystem: undefined });
        }
        await faultOf('wrong-state', host.removeFile(second, call()));
        for (const path of [first, second]) await host.unmount(path, call());
        for (const path of [first, second]) await host.removeFile(path, call());
      });

      it('grow with their file', async () => {
        const { file, device } = await newDevice();
        await subject.resize(file, SIZE + MIB);
        for (const _ of [1, 2]) {
          expect(await host.growLoop({ device, file }, call())).to.equal(SIZE + MIB);
          expect(await host.deviceBytes(device, call())).to.equal(SIZE + MIB);
        }
      });
    });

    describe('content', () => {
      it('is blank before anybody wrote, and the file system that was made', async () => {
        const disk = await newDevice();
        expect(await host.content(disk, call())).to.equal('blank');
        for (const fsType of ['xfs', 'ext4'] as const) {
          await host.format(disk.device, fsType, call());
          expect(await host.content(disk, call())).to.equal(fsType);
        }
      });

      it('is not blank wherever somebody wrote', async () => {
        for (const at of [0n, 64n * 1024n, 200n * MIB]) {
          const disk = await newDevice();
          await subject.scribble(disk.file, at);
          expect(await host.content(disk, call()), `at ${at}`).to.equal('other');
        }
      });
    });

    it('a device that cannot be read is not blank', async () => {
      const file = await subject.newDisk('doomed');
      const { path: device } = await attach(file);
      expect(await host.content({ device, file }, call())).to.equal('blank');
      await subject.doom();
      await faultOf('unreachable', host.content({ device, file }, call()));
    });

    describe('file systems', () => {
      for (const fsType of ['xfs', 'ext4'] as const) {
        it(`${fsType}: is mounted with options, known again and unmounted`, async () => {
          const { file, device } = await newDevice();
          await host.format(device, fsType, call());
          await host.check(device, fsType, call());
          const target = await mount(device, fsType, ['noatime', 'nodev']);
          const shown = await mountedAt(target);
          expect(toLoopMount(shown)).to.include({ loop: device, fileSystem: fsType });
          expect(shown.options).to.include.members(['rw', 'noatime', 'nodev']);
          expect(await host.probeFileSystem(target, call())).to.equal('live');
          for (const _ of [1, 2]) await host.unmountWritten(target, call());
          await host.check(device, fsType, call());
          expect(await host.content({ device, file }, call())).to.equal(fsType);
        });

        it(`${fsType}: grows while it is mounted, or says why not`, async () => {
          const { file, device } = await newDevice();
          await host.format(device, fsType, call());
          const target = await mount(device, fsType);
          const before = await host.usage(target, call());
          await subject.resize(file, 2n * SIZE);
          await host.growLoop({ device, file }, call());
          const grow = () => host.growFileSystem({ device, fsType, target }, call());
          if (!subject.grow.includes(fsType)) {
            const fault = await faultOf('unreachable', grow());
            expect(fault.message).to.match(/Permission denied/);
            return;
          }
          for (const _ of [1, 2]) await grow();
          const after = await host.usage(target, call());
          expect(after.totalBytes > (before.totalBytes * 18n) / 10n).to.equal(true);
        });

        it(`${fsType}: is read on a device that nobody can write, and not mounted to be written`, async () => {
          const { file, loop, device } = await newDevice();
          await host.format(device, fsType, call());
          await host.detachLoop(loop, call());
          const { path: again } = await attach(file, true);
          await faultOf('unreachable', mount(again, fsType));
          const target = await mount(again, fsType, ['ro']);
          expect((await mountedAt(target)).options).to.include('ro');
        });

        it(`${fsType}: is not mounted when it is damaged, and the reason is told`, async () => {
          const { file, device } = await newDevice();
          await host.format(device, fsType, call());
          await subject.damage(file);
          const fault = await faultOf('wrong-state', mount(device, fsType));
          expect(fault.message).to.match(/damaged/);
        });
      }
    });
  });
}
