import { expect } from 'chai';
import { MOUNT_FLAG_NAMES, parseMountFlags } from '../../src/volumes/mount-flags.ts';
import { randomFrom } from './random.ts';

describe('mount flags', () => {
  it('are taken one by one or with commas, and each once', () => {
    expect(parseMountFlags(['acl,log-level=WARNING', 'acl', 'attribute-timeout=0.5'])).to.deep.equal([
      'acl',
      'log-level=WARNING',
      'attribute-timeout=0.5',
    ]);
    expect(parseMountFlags(['fopen-keep-cache'])).to.deep.equal(['fopen-keep-cache']);
    expect(parseMountFlags(['fopen-keep-cache=off'])).to.deep.equal(['fopen-keep-cache=off']);
    expect(parseMountFlags([])).to.deep.equal([]);
  });

  it('are refused when unknown, without or with a value, twice, or at odds', () => {
    const bad: [string[], RegExp][] = [
      [['log-level'], /takes a value: TRACE/],
      [['log-level=warning'], /takes a value/],
      [['acl=1'], /takes no value/],
      [['lru-limit=1', 'lru-limit=2'], /given twice/],
      [['ro', 'rw'], /exclude each other/],
      [[''], /is unknown/],
      [['backup-volfile-servers=evil'], /is unknown/],
      [['__proto__=1'], /is unknown/],
      [['attribute-timout=1'], /did you mean "attribute-timeout"/],
      [Array.from({ length: 600 }, () => 'noatime'), /longer than 4096/],
    ];
    for (const [flags, words] of bad) expect(() => parseMountFlags(flags), flags[0]).to.throw(words);
  });

  it('never tell a refused value, which may be sensitive', () => {
    expect(() => parseMountFlags(['log-level=hunter2']))
      .to.throw()
      .and.not.match(/hunter2/);
  });

  it('never hold what a shell would read, a path or another option', () => {
    const random = randomFrom(3);
    const poison = [
      '$(id)',
      '`id`',
      '*',
      '?',
      '[a]',
      ' -o x',
      ';',
      '|',
      '&',
      '\n',
      '/etc',
      '..',
      '"',
      "'",
      '\\',
      '~',
      '=',
      '{a,b}',
    ];
    for (let i = 0; i < 5000; i += 1) {
      const name = MOUNT_FLAG_NAMES[Math.floor(random() * MOUNT_FLAG_NAMES.length)];
      const bad = poison[Math.floor(random() * poison.length)];
      const value = random() < 0.5 ? `1${bad}` : `${bad}1`;
      expect(() => parseMountFlags([`${name}=${value}`]), `${name}=${value}`).to.throw();
    }
  });

  it('give up nothing that guards the server or the node', () => {
    for (const name of [
      'log-file',
      'dump-fuse',
      'xlator-option',
      'fuse-mountopts',
      'volume-id',
      'subdir-mount',
      'suid',
      'dev',
      'no-root-squash',
      'root-squash',
      'aux-gfid-mount',
      'oom-score-adj',
      'process-name',
      'context',
      'io-engine',
    ]) {
      expect(MOUNT_FLAG_NAMES).not.to.include(name);
    }
  });
});
