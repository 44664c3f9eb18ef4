import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { toClientArguments } from '../../src/host/client-arguments.ts';
import { logFileOf, toMountFault } from '../../src/host/client-log.ts';
import { orderServers } from '../../src/host/order-servers.ts';
import { MOUNT_FLAG_NAMES } from '../../src/volumes/mount-flags.ts';

const files = { logFile: '/log', pidFile: '/pid' };
const mount = { servers: ['g1', 'g2', 'g1'], volume: 'one', target: '/a b/$(id)', options: [] };

describe('the client’s arguments', () => {
  it('are argv: each server once, the target as it is', () => {
    expect(toClientArguments(mount, files)).to.deep.equal([
      '--process-name=fuse',
      '--log-file=/log',
      '--pid-file=/pid',
      '--volfile-server=g1',
      '--volfile-server=g2',
      '--volfile-id=/one',
      '/a b/$(id)',
    ]);
  });

  it('carry the options of mount.glusterfs under the client’s names', () => {
    const options = ['ro', 'noexec', 'fetch-attempts=3', 'rw', '_netdev', 'acl', 'nosuid', 'relatime'];
    expect(toClientArguments({ ...mount, options }, files).slice(6, -1)).to.deep.equal([
      '--read-only',
      '--volfile-max-fetch-attempts=3',
      '--acl',
      '--fuse-mountopts=noexec,nosuid',
    ]);
  });

  it('name a directory of the volume that is mounted in place of its root', () => {
    const args = toClientArguments({ ...mount, subdirectory: 'a/b.c-d' }, files);
    expect(args.slice(5, -1)).to.deep.equal(['--volfile-id=/one', '--subdir-mount=/a/b.c-d']);
  });

  it('know every mount flag that a volume may ask for', () => {
    for (const name of MOUNT_FLAG_NAMES) {
      expect(() => toClientArguments({ ...mount, options: [name] }, files), name).to.not.throw();
    }
  });

  const bad: readonly (readonly [what: string, change: object])[] = [
    ['no server', { servers: [] }],
    ['a server that looks like an option', { servers: ['-x'] }],
    ['a server with a blank', { servers: ['g1 g2'] }],
    ['a volume that looks like an option', { volume: '-v' }],
    ['a volume with a slash', { volume: 'one/sub' }],
    ['an empty directory of it', { subdirectory: '' }],
    ['a directory with a leading slash', { subdirectory: '/a' }],
    ['a directory that leads upwards', { subdirectory: 'a/../b' }],
    ['a directory with a blank', { subdirectory: 'a b' }],
    ['a relative target', { target: 'a' }],
    ['an option that is a path', { options: ['log-file=/etc/passwd'] }],
    ['an option that is not allowed', { options: ['xlator-option=x'] }],
    ['an option with a second value', { options: ['log-level=a=b'] }],
    ['a value with a comma', { options: ['log-level=a,b'] }],
  ];
  for (const [what, change] of bad) {
    it(`refuse ${what}`, () => {
      expect(() => toClientArguments({ ...mount, ...change }, files))
        .to.throw(Fault)
        .with.property('kind', 'invalid');
    });
  }
});

describe('the client’s log', () => {
  const line = (level: string, text: string) =>
    `[2026-11-21 23:03:43.071420 +0000] ${level} [glusterfsd-mgmt.c:2170:mgmt_getspec_cbk] 0-glusterfs: ${text}\n`;
  const told = (log: string, stderr = '') => {
    const { kind, message } = toMountFault(mount, log, stderr);
    return { kind, message };
  };

  it('is a file for each volume at each target', () => {
    expect(logFileOf(mount)).to.match(/^\/var\/log\/glusterfs\/gluster-csi-one-[0-9a-f]{12}\.log$/);
    expect(logFileOf({ ...mount, target: '/b' })).to.not.equal(logFileOf(mount));
  });

  it('tells in plain words what the matter was', () => {
    const missing = line('E', 'failed to fetch volume file (key:/one)');
    expect(told(missing).kind).to.equal('not-found');
    const gone =
      'SETVOLUME on remote-host failed [{remote-error=subdirectory for mount "/nope" is not found}]';
    expect(told(line('E', gone)).kind).to.equal('not-found');
    expect(told(line('I', 'Exhausted all volfile servers')).message).to.match(
      /glusterd answers on none of g1/,
    );
    expect(told(line('E', 'DNS resolution failed on host g9')).message).to.match(
      /server g9 cannot be resolved/,
    );
    const stopped = line('E', 'failed to get the port number for remote subvolume. Please run');
    expect(told(stopped).message).to.match(/start the volume/);
    expect(told(line('W', 'SETVOLUME on remote-host failed: Authentication failed')).message).to.match(
      /auth\.allow/,
    );
  });

  it('gives the last error where the words are unknown, bounded and printable', () => {
    const log = `${line('E', 'first')}${line('E', `odd \u001b[1m${'x'.repeat(999)}`)}${line('W', 'later')}`;
    const { kind, message } = told(log);
    expect(kind).to.equal('unreachable');
    expect(message).to.match(/^cannot mount one: the client says "odd \?\[1mx+"$/);
    expect(message.length).to.be.lessThan(400);
  });

  it('falls back on stderr, and on nothing', () => {
    expect(told('', 'glusterfs: unrecognized option\nTry').message).to.match(
      /"glusterfs: unrecognized option"$/,
    );
    expect(told('').message).to.match(/ended without a reason$/);
  });
});

describe('the order of the servers', () => {
  const order = (up: readonly string[]) => orderServers(['g1', 'g2', 'g3'], async (one) => up.includes(one));

  it('begins with the first that answers', async () => {
    expect(await order(['g1', 'g3'])).to.deep.equal(['g1', 'g2', 'g3']);
    expect(await order(['g2'])).to.deep.equal(['g2', 'g3', 'g1']);
  });

  it('stays when none answers: the client may know better', async () => {
    expect(await order([])).to.deep.equal(['g1', 'g2', 'g3']);
  });
});
