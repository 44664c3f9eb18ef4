import { expect } from 'chai';
import { parseSnapshotParameters } from '../../src/volumes/snapshot-parameters.ts';
import { containersOf, findDriver, RENDERED } from './chart-objects.ts';

/** Snapshots are on, or off, in every object alike: rights and classes without the sidecar would be of no use. */
for (const [name, objects] of Object.entries(RENDERED)) {
  const isOn = ['full', 'manifests with snapshots'].includes(name);
  const sidecar = containersOf(objects, 'controller').find((one) => one.name === 'csi-snapshotter');
  const classes = objects.filter(({ kind }) => /^Volume(?:Group)?SnapshotClass$/.test(kind));

  describe(`the chart's snapshots: ${name}`, () => {
    it(isOn ? 'run csi-snapshotter, for groups too' : 'run no csi-snapshotter, and have no classes', () => {
      expect(sidecar !== undefined).to.equal(isOn);
      expect(classes.length > 0).to.equal(isOn);
      if (isOn) expect(sidecar?.args).to.include('--feature-gates=CSIVolumeGroupSnapshot=true');
    });

    it('have classes of this driver, with parameters that it knows', () => {
      const driver = findDriver(objects, 'file')?.metadata.name;
      for (const one of classes) {
        expect(one['driver']).to.equal(driver);
        expect(one['deletionPolicy']).to.be.oneOf(['Delete', 'Retain']);
        expect(() => parseSnapshotParameters(one['parameters'] ?? {})).to.not.throw();
      }
    });
  });
}
