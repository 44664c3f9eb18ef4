import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import {
  checkHost,
  checkName,
  checkOption,
  formatBrick,
  formatOptions,
} from '../../src/gateway/gluster-cli/check-values.ts';

function refuses(act: () => unknown, what: string) {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(isFault(thrown, 'invalid'), JSON.stringify(what.slice(0, 80))).to.equal(true);
}

describe('values for the gluster command', () => {
  it('takes names as gluster does, and none that its command line would take for something else', () => {
    for (const name of ['v', 'pvc-1_A', '9abc']) expect(checkName(name)).to.equal(name);
    for (const name of ['', 'all', '-x', 'a.b', 'a b', 'a/b', 'ž', 'a\n', 'v'.repeat(231)])
      refuses(() => checkName(name), name);
  });

  it('takes hosts and plain absolute brick paths', () => {
    for (const host of ['g1', '10.0.0.1', 'fe80::1', 'a.example.org']) expect(checkHost(host)).to.equal(host);
    for (const host of ['', '-h', '--xml', 'a b', 'a/b', 'a\n', 'h'.repeat(300)])
      refuses(() => checkHost(host), host);
    expect(formatBrick({ host: 'fe80::1', path: '/b/fs/brick' })).to.equal('fe80::1:/b/fs/brick');
    for (const path of [
      '',
      'a',
      '/',
      '/a//b',
      '/a/../b',
      '/a/./b',
      '/a/',
      '/a\nb',
      '/a,b',
      `/${'x'.repeat(1100)}`,
    ])
      refuses(() => formatBrick({ host: 'g1', path }), path);
  });

  it('refuses option values that glusterd does not survive', () => {
    const value = `{"v":1,"x":"${'ž'.repeat(1900)}"}`;
    expect(formatOptions({ 'user.gluster-csi': value })).to.deep.equal(['user.gluster-csi', value]);
    for (const bad of [
      '',
      ' ',
      'a\nb',
      'a\rb',
      'a\0b',
      '\u0085',
      'x'.repeat(4001),
      'ž'.repeat(2001),
      '\ud800',
    ])
      refuses(() => formatOptions({ 'user.x': bad }), bad);
    expect(formatOptions({ 'user.x': 'x'.repeat(4000) })).to.have.length(2);
    refuses(() => formatOptions({}), 'none');
  });

  it('takes option names only', () => {
    for (const key of [
      'storage.reserve',
      'cluster.server-quorum-type',
      'user.gluster-csi',
      'client.event-threads',
    ])
      expect(checkOption(key)).to.equal(key);
    for (const key of [
      '',
      '--xml',
      'group',
      'help',
      'a b',
      'a..b',
      '.a',
      'a.',
      'a=b',
      'a\n',
      `user.${'x'.repeat(200)}`,
    ])
      refuses(() => checkOption(key), key);
  });
});
