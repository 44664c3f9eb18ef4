import { expect } from 'chai';
import { parseLayout } from '../../src/volumes/layout.ts';
import { toClassText } from '../../src/volumes/metadata.ts';
import { parseParameters } from '../../src/volumes/parameters.ts';
import type { Layout } from '../../src/volumes/spec.ts';

const LAYOUTS: readonly [Record<string, string>, Layout][] = [
  [{}, { kind: 'replica', copies: 3, distribute: 1 }],
  [{ replica: '1' }, { kind: 'plain', distribute: 1 }],
  [
    { replica: '2', allowSplitBrain: 'true' },
    { kind: 'replica', copies: 2, distribute: 1 },
  ],
  [
    { replica: '3', distribute: '4' },
    { kind: 'replica', copies: 3, distribute: 4 },
  ],
  [
    { replica: '3', arbiter: '0' },
    { kind: 'replica', copies: 3, distribute: 1 },
  ],
  [
    { replica: '3', arbiter: '1' },
    { kind: 'arbiter', distribute: 1 },
  ],
  [{ disperse: '3' }, { kind: 'disperse', data: 2, redundancy: 1, distribute: 1 }],
  [{ disperse: '6' }, { kind: 'disperse', data: 4, redundancy: 2, distribute: 1 }],
  [{ disperse: '7' }, { kind: 'disperse', data: 4, redundancy: 3, distribute: 1 }],
  [{ disperse: '8' }, { kind: 'disperse', data: 7, redundancy: 1, distribute: 1 }],
  [
    { disperse: '5', redundancy: '2' },
    { kind: 'disperse', data: 3, redundancy: 2, distribute: 1 },
  ],
];

describe('a StorageClass', () => {
  for (const [parameters, layout] of LAYOUTS) {
    it(`${JSON.stringify(parameters)} asks for ${JSON.stringify(layout)}`, () => {
      expect(parseLayout(parameters)).to.deep.equal(layout);
    });
  }

  it('says the same in whatever order', () => {
    const one = parseParameters({
      zones: 'b,a',
      options: 'features.shard=on, cluster.eager-lock=off',
      replica: '3',
    });
    const two = parseParameters({ options: 'cluster.eager-lock=off,features.shard=on', zones: 'a, b ,a' });
    expect(toClassText(one.volumeClass)).to.equal(toClassText(two.volumeClass));
  });

  it('may carry what Kubernetes adds', () => {
    const { claim, cluster } = parseParameters({
      cluster: 'east',
      'csi.storage.k8s.io/fstype': 'glusterfs',
      'csi.storage.k8s.io/pv/name': 'pvc-1',
      'csi.storage.k8s.io/pvc/name': 'data',
      'csi.storage.k8s.io/pvc/namespace': 'shop',
    });
    expect({ claim, cluster }).to.deep.equal({ claim: { name: 'data', namespace: 'shop' }, cluster: 'east' });
  });

  it('keeps the frozen form of a class', () => {
    const formOf = (parameters: Record<string, string>) =>
      toClassText(parseParameters(parameters).volumeClass);
    expect(formOf({})).to.equal(
      '{"layout":{"kind":"replica","copies":3,"distribute":1},"brickType":"loop","zones":[],"options":{}}',
    );
    expect(formOf({ disperse: '6' })).to.equal(
      '{"layout":{"kind":"disperse","data":4,"redundancy":2,"distribute":1},"brickType":"loop","zones":[],"options":{}}',
    );
  });
});
