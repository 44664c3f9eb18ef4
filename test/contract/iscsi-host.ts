import { expect } from 'chai';
import { Secret } from '../../src/control/secret.ts';
import { isDisk } from '../../src/staging/iscsi/is-disk.ts';
import type { Chap, IscsiHost, Lun, LunMap } from '../../src/staging/iscsi/iscsi-host.ts';
import { isOfMap } from '../../src/staging/iscsi/lun-mount.ts';
import { call, faultOf } from './backend.ts';

/** What a target asks of those who log in, in clear. */
export interface ChapTexts {
  readonly username: string;
  readonly password: string;
  readonly mutual?: { readonly username: string; readonly password: string };
}

/** A machine, and a target with one disk at two portals, to hold against the promises of the IscsiHost port. */
export interface IscsiSubject extends AsyncDisposable {
  readonly host: IscsiHost;
  /** A directory. */
  readonly folder: string;
  readonly lun: Lun;
  readonly bytes: bigint;
  /** A portal that nobody serves. */
  readonly deadPortal: string;
  /** Lets this machine in, with this CHAP. */
  admit(chap: ChapTexts): Promise<void>;
  resize(bytes: bigint): Promise<void>;
  /** Writes text at this place of the disk, as some user of it did. */
  scribble(at: bigint): Promise<void>;
  /** What open-iscsi keeps of the target. */
  records(): Promise<readonly string[]>;
}

/** Characters that a shell, or a file of settings, could take for its own. */
const CHAP: ChapTexts = {
  username: 'user=1',
  password: '#tw"elve$let\'ters\\',
  mutual: { username: 'target', password: 'other-password' },
};

export function toChap({ username, password, mutual }: ChapTexts): Chap {
  const own = { username, password: new Secret(password) };
  if (mutual === undefined) return own;
  return { ...own, mutual: { username: mutual.username, password: new Secret(mutual.password) } };
}

/** The suite that every IscsiHost passes: the one in memory, and the Linux one. */
export function iscsiHostContract(name: string, makeSubject: () => Promise<IscsiSubject>): void {
  describe(`${name} keeps the promises of the IscsiHost port`, () => {
    let subject: IscsiSubject;
    let host: IscsiHost;
    let lun: Lun;
    before(async () => {
      subject = await makeSubject();
      ({ host, lun } = subject);
      await subject.admit(CHAP);
    });
    after(() => subject[Symbol.asyncDispose]());

    const [chap, iqn] = [toChap(CHAP), () => lun.iqn];
    const logIn = (portal: string, other: Chap = chap) =>
      host.logIn({ iqn: iqn(), portal, chap: other }, call());
    const logInToAll = () => Promise.all(lun.portals.map((portal) => logIn(portal)));
    const sessions = () => host.sessions(iqn(), call());
    const disks = async () => (await sessions()).flatMap((session) => session.disks);
    const findMap = async () => (await host.maps(call())).find((map) => isDisk(lun, map));

    afterEach(async () => {
      const map = await findMap();
      if (map !== undefined) expect(await host.removeMap(map.wwid, call())).to.equal(true);
      await host.logOut({ iqn: iqn() }, call());
    });

    it('keeps notes', async () => {
      const path = `${subject.folder}/staging/note`;
      expect(await host.readNote(path, call())).to.equal(undefined);
      for (const text of ['one\n', 'two\n']) {
        await host.writeNote(path, text, call());
        expect(await host.readNote(path, call())).to.equal(text);
      }
      for (const _ of [1, 2]) await host.removeNote(path, call());
      expect(await host.readNote(path, call())).to.equal(undefined);
    });

    it('logs in at each portal, again too, and out of one or all', async () => {
      expect(await sessions()).to.deep.equal([]);
      for (const _ of [1, 2]) await logInToAll();
      const found = await sessions();
      expect(found.map(({ portal }) => portal).toSorted()).to.deep.equal(lun.portals.toSorted());
      expect(found.map(({ isLoggedIn }) => isLoggedIn)).to.deep.equal([true, true]);
      const shown = await disks();
      expect(new Set(shown.map(({ device }) => device)).size).to.equal(2);
      for (const disk of shown) {
        expect(disk.bytes).to.equal(subject.bytes);
        expect(disk.lun).to.equal(lun.lun);
        expect([isDisk(lun, disk), isDisk(lun, { wwid: disk.wwid })]).to.deep.equal([true, true]);
      }
      const [first = '', second = ''] = lun.portals;
      for (const _ of [1, 2]) await host.logOut({ iqn: iqn(), portal: first }, call());
      expect((await sessions()).map(({ portal }) => portal)).to.deep.equal([second]);
      expect(await subject.records()).to.have.length(1);
      for (const _ of [1, 2]) await host.logOut({ iqn: iqn() }, call());
      expect([await sessions(), await subject.records()]).to.deep.equal([[], []]);
    });

    it('is refused with the wrong CHAP of either side, and by nobody’s portal', async () => {
      const [portal = ''] = lun.portals;
      const wrong = { ...CHAP, password: 'not-the-password' };
      const fault = await faultOf('denied', logIn(portal, toChap(wrong)));
      expect(fault.message).to.include(iqn()).and.not.include(wrong.password);
      const unproved = { ...CHAP, mutual: { username: 'target', password: 'not-its-password' } };
      await faultOf('denied', logIn(portal, toChap(unproved)));
      expect((await faultOf('unreachable', logIn(subject.deadPortal))).message).to.include(
        subject.deadPortal,
      );
      expect(await sessions()).to.deep.equal([]);
      expect(await subject.records()).to.have.length(2);
      await host.logOut({ iqn: iqn() }, call());
      expect(await subject.records()).to.deep.equal([]);
    });

    it('makes one device of the paths, which goes when nothing uses it', async () => {
      await logInToAll();
      const shown = await disks();
      const made = await host.makeMap(shown.slice(0, 1), call());
      const map = await host.makeMap(shown, call());
      expect(map.device).to.equal(made.device);
      expect(map.bytes).to.equal(subject.bytes);
      expect(map.paths).to.have.members(shown.map(({ device }) => device));
      expect(await findMap()).to.deep.equal(map);
      for (const _ of [1, 2]) expect(await host.removeMap(map.wwid, call())).to.equal(true);
      expect(await findMap()).to.equal(undefined);
    });

    it('shows what the device holds, mounted or bare, and keeps it while it is in use', async () => {
      const map = await attach();
      expect(await host.lunContent(map.device, call())).to.equal('blank');
      await host.format(map.device, 'xfs', call());
      expect(await host.lunContent(map.device, call())).to.equal('xfs');
      const place = `${subject.folder}/volume`;
      await host.makeDirectory(place, call());
      await host.mountDevice(
        { device: map.device, fsType: 'xfs', target: place, options: ['noatime'] },
        call(),
      );
      expect(await shownBy(map)).to.deep.equal([place]);
      expect(await host.probeFileSystem(place, call())).to.equal('live');
      expect(await host.removeMap(map.wwid, call())).to.equal(false);
      await grow(map, place);
      await host.unmountWritten(place, call());
      const file = `${subject.folder}/device`;
      await host.makeFile(file, call());
      await host.bind(map.device, file, { readonly: false }, call());
      expect(await shownBy(map)).to.deep.equal([file]);
      await host.unmount(file, call());
      await host.removeFile(file, call());
    });

    it('takes no device for blank that somebody wrote', async () => {
      await subject.scribble(subject.bytes / 2n);
      const map = await attach();
      expect(await host.lunContent(map.device, call())).to.equal('other');
    });

    async function attach(): Promise<LunMap> {
      await logInToAll();
      return host.makeMap(await disks(), call());
    }

    async function shownBy(map: LunMap): Promise<readonly string[]> {
      const mounts = (await host.mounts()).filter(({ target }) => target.startsWith(subject.folder));
      return mounts.filter((mount) => isOfMap(mount, map)).map(({ target }) => target);
    }

    async function grow({ device, wwid }: LunMap, target: string): Promise<void> {
      const before = await host.usage(target, call());
      await subject.resize(2n * subject.bytes);
      await host.rescan(iqn(), call());
      for (const _ of [1, 2]) expect(await host.growMap(wwid, call())).to.equal(2n * subject.bytes);
      await host.growFileSystem({ device, fsType: 'xfs', target }, call());
      const { totalBytes } = await host.usage(target, call());
      expect(totalBytes > (before.totalBytes * 18n) / 10n).to.equal(true);
    }
  });
}
