import { expect } from 'chai';
import { parseSnapshotParameters } from '../../src/volumes/snapshot-parameters.ts';
import { containersOf, findDriver, RENDERED } from './chart-objects.ts';

const GROUPS = '--feature-gates=CSIVolumeGroupSnapshot=true';

/** Snapshots are on, or off, in every object alike: rights and classes without the sidecar would be of no use. */
for (const [name, objects] of Object.entries(RENDERED)) {
  const isOn = ['full', 'manifests with snapshots'].includes(name);
  const sidecar = containersOf(objects, 'controller').find((one) => one.name === 'csi-snapshotter');
  const ofBlock = containersOf(objects, 'controller').find((one) => one.name === 'csi-block-snapshotter');
  const classes = objects.filter(({ kind }) => /^Volume(?:Group)?SnapshotClass$/.test(kind));
  const file = findDriver(objects, 'file')?.metadata.name;
  const block = findDriver(objects, 'block')?.metadata.name;

  describe(`the chart's snapshots: ${name}`, () => {
    it(isOn ? 'run csi-snapshotter, for groups too' : 'run no csi-snapshotter, and have no classes', () => {
      expect(sidecar !== undefined).to.equal(isOn);
      expect(classes.length > 0).to.equal(isOn);
      if (isOn) expect(sidecar?.args).to.include(GROUPS);
    });

    it('have a csi-snapshotter for block volumes where there are any, and none of their groups', () => {
      const isOfBoth = isOn && block !== undefined;
      expect(ofBlock !== undefined).to.equal(isOfBoth);
      const theirs = classes.filter((one) => one['driver'] !== file);
      expect(theirs.length > 0).to.equal(isOfBoth);
      for (const one of theirs)
        expect([one.kind, one['driver']]).to.deep.equal(['VolumeSnapshotClass', block]);
      if (isOfBoth) expect(ofBlock?.args).to.not.include(GROUPS);
    });

    it('have classes with parameters that their driver knows', () => {
      for (const one of classes) {
        expect(one['driver']).to.be.oneOf([file, block]);
        expect(one['deletionPolicy']).to.be.oneOf(['Delete', 'Retain']);
        expect(() => parseSnapshotParameters(one['parameters'] ?? {})).to.not.throw();
      }
    });
  });
}
