import { expect } from 'chai';
import { exportKey, iqnOf, keyOf, serverTag } from '../../src/gateway/lio/export-names.ts';
import { formatState, parseState, withNode, withoutNode } from '../../src/gateway/lio/export-state.ts';

const NODE = { node: 'n1', initiator: 'iqn.2026-11.org.example:n1', readonly: false };
const OTHER = { ...NODE, node: 'n2', initiator: 'iqn.2026-11.org.example:n2' };
const EMPTY = {
  wwn: '0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0',
  term: '0a1b2c3d',
  portals: ['10.0.0.1:3260'],
  acls: [],
};

describe('the state of an export', () => {
  it('is read as it was written, and not when a newer gateway has written it', () => {
    const state = withNode(EMPTY, NODE);
    expect(parseState(formatState(state))).to.deep.include(state);
    for (const text of ['', '{"v":2}', formatState({ ...EMPTY, wwn: 'none' })])
      expect(() => parseState(text)).to.throw('upgrade this gateway');
  });

  it('stays the same for a node that is there, and takes over what is new of it', () => {
    const state = withNode(EMPTY, NODE);
    expect(withNode(state, { ...NODE })).to.equal(state);
    const renamed = { ...NODE, initiator: `${NODE.initiator}-new` };
    expect(withNode(state, renamed).acls).to.deep.equal([renamed]);
    expect(withoutNode(state, 'n2')).to.equal(state);
    expect(withoutNode(state, undefined).acls).to.deep.equal([]);
  });

  it('has one writer, unless all share', () => {
    const shared = { shared: true };
    const state = withNode(EMPTY, NODE);
    for (const second of [OTHER, { ...OTHER, ...shared }, { ...OTHER, readonly: true }])
      expect(() => withNode(state, second)).to.throw('published to node n1; unpublish it there first');
    const both = withNode(withNode(EMPTY, { ...NODE, ...shared }), { ...OTHER, ...shared });
    expect(both.acls.map(({ node }) => node)).to.deep.equal(['n1', 'n2']);
  });

  it('is known on a server by a name of that server, which LIO takes', () => {
    const [one, two] = ['11111111-2222-4333-8444-555555555555', '11111111-3333-4333-8444-555555555555'];
    const key = exportKey({ id: 'v' }, 'disk', one ?? '');
    expect(key.endsWith(`-${serverTag(one ?? '')}`)).to.equal(true);
    expect(exportKey({ id: 'v' }, 'disk', two ?? '')).to.not.equal(key);
    expect(exportKey({ id: 'w' }, 'disk', one ?? '')).to.not.equal(key);
    const iqn = iqnOf(key, EMPTY.term);
    expect(iqn).to.match(/^iqn\.2026-11\.org\.gluster-csi:[0-9a-f]{16}-[0-9a-f]{12}\.0a1b2c3d$/);
    expect([keyOf(iqn), keyOf('iqn.2026-11.org.example:disk')]).to.deep.equal([key, undefined]);
  });
});
