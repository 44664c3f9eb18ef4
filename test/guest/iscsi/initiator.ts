import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Chap } from '../../../src/host/lio-acl.ts';
import { run } from '../../../src/host/run.ts';
import { command } from '../../pool/lab/command.ts';
import { PATIENCE } from '../../pool/lab/patience.ts';
import { until } from '../../pool/lab/until.ts';
import { INITIATOR, startDaemon } from './daemons.ts';

const MODULES = ['iscsi_tcp', 'sd_mod'];

export interface Reached {
  readonly iqn: string;
  readonly portals: readonly string[];
}

/** The guest as an iSCSI initiator: open-iscsi, without discovery, without multipath. */
export class Initiator {
  readonly name = INITIATOR;
  /** Starts iscsid. */
  static async start(): Promise<Initiator> {
    await command(['modprobe', '--all', ...MODULES]);
    await command(['mkdir', '-p', '/run/lock/iscsi']);
    await writeFile('/etc/iscsi/initiatorname.iscsi', `InitiatorName=${INITIATOR}\n`);
    await startDaemon('iscsid');
    return new Initiator();
  }

  /** Logs out of everything, forgets all targets and leaves the guest as it was. */
  async stop(): Promise<void> {
    await run('iscsiadm', ['-m', 'node', '-u'], { timeoutMs: 60_000 * PATIENCE });
    await run('iscsiadm', ['-m', 'node', '-o', 'delete'], { timeoutMs: 60_000 * PATIENCE });
    await command(['iscsiadm', '-k', '0']);
    await until('iscsid has ended', async () => {
      const { exitCode } = await run('pidof', ['iscsid'], { timeoutMs: 10_000 * PATIENCE });
      return exitCode === 1;
    });
  }

  /** At the first portal. Resolves with iscsiadm's exit code. */
  async login({ iqn, portals: [portal = ''] }: Reached, chap: Chap | undefined): Promise<number | undefined> {
    const node = ['-m', 'node', '-T', iqn, '-p', portal];
    await this.#must([...node, '-o', 'new']);
    const auth = {
      authmethod: chap === undefined ? 'None' : 'CHAP',
      ...(chap === undefined ? {} : { username: chap.username, password: chap.password }),
      ...(chap?.mutual === undefined
        ? {}
        : { username_in: chap.mutual.username, password_in: chap.mutual.password }),
    };
    for (const [key, value] of Object.entries(auth))
      await this.#must([...node, '-o', 'update', '-n', `node.session.auth.${key}`, '-v', value]);
    await this.#must([...node, '-o', 'update', '-n', 'node.session.initial_login_retry_max', '-v', '1']);
    await this.#must([...node, '-o', 'update', '-n', 'node.session.timeo.replacement_timeout', '-v', '5']);
    return (await this.#ask([...node, '--login'])).exitCode;
  }

  async logout({ iqn }: Reached): Promise<void> {
    await this.#ask(['-m', 'node', '-T', iqn, '-u']);
    await this.#ask(['-m', 'node', '-T', iqn, '-o', 'delete']);
  }

  async rescan(): Promise<void> {
    await this.#must(['-m', 'session', '-R']);
  }

  /** Iscsiadm's list; '' when there is none. */
  async sessions(): Promise<string> {
    return (await this.#ask(['-m', 'session'])).stdout;
  }

  /** The device of a target's session, once it has that unit serial. Another target may have the same. */
  async disk({ iqn }: Pick<Reached, 'iqn'>, serial: string): Promise<string> {
    const wwid = `naa.6001405${serial.replaceAll('-', '').slice(0, 25)}`;
    let found = '';
    await until(`a disk ${wwid} of ${iqn}`, async () => {
      const session = sessionOf(iqn);
      const disks = readdirSync('/sys/block').filter((name) => name.startsWith('sd'));
      for (const name of session === undefined ? [] : disks) {
        if (!realpathSync(`/sys/block/${name}`).startsWith(`${session}/`)) continue;
        if (readFileSync(`/sys/block/${name}/device/wwid`, 'utf8').trim() === wwid) found = name;
      }
      return found !== '';
    });
    return `/dev/${found}`;
  }

  async bytes(disk: string): Promise<bigint> {
    return BigInt((await readFile(`/sys/block/${basename(disk)}/size`, 'utf8')).trim()) * 512n;
  }

  async isReadonly(disk: string): Promise<boolean> {
    return (await readFile(`/sys/block/${basename(disk)}/ro`, 'utf8')).trim() === '1';
  }

  #must(args: readonly string[]) {
    return command(['iscsiadm', ...args]);
  }

  #ask(args: readonly string[]) {
    return run('iscsiadm', args, { timeoutMs: 60_000 * PATIENCE });
  }
}

/** Where its devices are in sysfs; undefined when there is no session. */
function sessionOf(iqn: string): string | undefined {
  const all = '/sys/class/iscsi_session';
  const name = readdirSync(all).find(
    (one) => readFileSync(`${all}/${one}/targetname`, 'utf8').trim() === iqn,
  );
  return name === undefined ? undefined : realpathSync(`${all}/${name}/device`);
}

/** CHAP both ways. */
export function chapOf(name: string): Chap {
  return {
    username: `node-${name}`,
    password: `password-of-${name}`,
    mutual: { username: 'target', password: `answer-to-${name}` },
  };
}
