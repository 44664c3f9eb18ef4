import { randomUUID } from 'node:crypto';
import { Fault } from '../../src/control/fault.ts';
import { exporting, parseMeta } from '../../src/gateway/gluster-block/export-meta.ts';
import type { CommandResult } from '../../src/host/run.ts';
import { fail, lastOf, plain, say, toIqn } from './gluster-block-replies.ts';
import {
  type CreateWords,
  checkCreate,
  parseCreate,
  parseSize,
  toHuman,
  USAGE,
} from './gluster-block-words.ts';
import { MemoryExports } from './memory-exports.ts';

/** A target on one server. */
interface Target {
  readonly gbid: string;
  password: string;
  size: bigint;
  /** Initiators that are logged in. */
  readonly sessions: Set<string>;
}

/**
 * gluster-block 0.5.1 as a program: what it prints where, its exit codes, its log on the hosting volume and the
 * targets of all servers. test/contract/gluster-block-replay.test.ts holds it to what was recorded; that several hosts
 * answer alike, and what it says when one of them is down, is by its sources only.
 */
export class GlusterBlockProgram {
  readonly volumes = new Map<string, MemoryExports>();
  /** By `address/block name`. */
  readonly targets = new Map<string, Target>();
  /** Servers whose daemon does not answer. */
  readonly down = new Set<string>();
  /** Servers on which a target can be neither made nor taken down. */
  readonly stuck = new Set<string>();
  isInstalled = true;
  isRunning = true;
  canSetIoTimeout = true;
  /** Addresses of one server have one configuration. */
  serverOf: (address: string) => string = (address) => address;
  hasVolume: (volume: string) => boolean = () => true;
  /** Called before each step on a hosting volume, by its name; may throw. */
  before: (step: string) => void = () => undefined;
  /** Called before and after each command, with its words; may throw, as a command that is lost. */
  around: (moment: 'before' | 'after', words: readonly string[]) => void = () => undefined;

  at(volume: string): MemoryExports {
    const found = this.volumes.get(volume) ?? new MemoryExports((step) => this.before(step));
    this.volumes.set(volume, found);
    return found;
  }

  /** An initiator logs in at a portal, with the password that it knows. */
  login(address: string, { iqn, initiator, password = '' }: Login): boolean {
    const target = this.#find(address, iqn);
    if (target === undefined || (target.password !== '' && target.password !== password)) return false;
    target.sessions.add(initiator);
    return true;
  }

  isLoggedIn(initiator: string): boolean {
    return [...this.targets.values()].some(({ sessions }) => sessions.has(initiator));
  }

  readonly run = async (args: readonly string[]): Promise<CommandResult> => {
    if (!this.isInstalled) throw new Fault('unreachable', 'gluster-block is not installed on this machine');
    const words = args.filter((word) => !word.startsWith('--json'));
    this.around('before', words);
    const result = this.#do(words);
    this.around('after', words);
    return result;
  };

  #do(words: readonly string[]): CommandResult {
    const [verb = '', path = '', ...rest] = words;
    const [volume = '', name = ''] = path.split('/');
    if (verb === 'version') return { exitCode: 0, stdout: 'gluster-block (0.5.1)\n', stderr: '' };
    if (!['create', 'info', 'delete', 'modify', 'replace', 'list'].includes(verb))
      return plain(1, `Unknown option: ${verb}\n`);
    if (verb === 'create' && rest.length < 2)
      return plain(255, `Inadequate arguments for create:\n${USAGE}\n`);
    const create = verb === 'create' ? parseCreate(rest) : undefined;
    const refused = create === undefined ? undefined : checkCreate(create);
    if (refused !== undefined) return refused;
    if (!this.isRunning)
      return plain(
        255,
        'client create failed: RPC: Remote system error - Connection refused, unix addr /var/run/gluster-blockd.socket\n',
      );
    if (create?.ioTimeout !== undefined && !this.canSetIoTimeout)
      return fail(
        255,
        `Version check failed between block servers. (the capability 'create_io_timeout' is not supported on host ${create.hosts[0]} yet, please upgrade.)`,
      );
    if (!this.hasVolume(volume)) return fail(2, `Volume ${volume} does not exist`);
    const exports = this.at(volume);
    if (create !== undefined) return this.#create(exports, { volume, name }, create);
    if (verb === 'list') return say({ blocks: [...exports.metas.keys()].toSorted(), RESULT: 'SUCCESS' });
    const meta = parseMeta(exports.metas.get(name) ?? '');
    if (meta === undefined) return fail(2, `block ${volume}/${name} doesn't exist`);
    if (verb === 'info') return this.#info(exports, { volume, name });
    if (verb === 'delete') return this.#delete(exports, name, rest.includes('no'));
    if (verb === 'replace') return this.#replace(exports, { volume, name }, rest);
    return rest[0] === 'size'
      ? this.#resize(exports, name, parseSize(rest[1] ?? '') ?? 0n)
      : this.#setAuth(exports, name, rest[1] === 'enable');
  }

  #create(exports: MemoryExports, { volume, name }: Named, create: CreateWords): CommandResult {
    if (exports.metas.has(name)) return fail(17, `BLOCK with name: '${name}' already EXIST\n`);
    const gbid = randomUUID();
    const file =
      create.storage === undefined ? { size: create.size ?? 0n } : exports.store.get(create.storage);
    if (file === undefined)
      return fail(2, `storage file '/block-store/${create.storage}' doesn't exist in volume ${volume}\n`);
    if (create.storage !== undefined && [...exports.store.values()].filter((one) => one === file).length > 1)
      return fail(16, `storage file /block-store/${create.storage} is already in use in volume ${volume}\n`);
    const password = create.hasAuth ? randomUUID() : '';
    exports.append(name, `VOLUME: ${volume}`, `GBID: ${gbid}`, `HA: ${create.ha}`, 'ENTRYCREATE: INPROGRESS');
    exports.store.set(gbid, file);
    const timeout = this.canSetIoTimeout ? [`IOTIMEOUT: ${create.ioTimeout ?? 43}`] : [];
    exports.append(name, `SIZE: ${file.size}`, 'RINGBUFFER: 0', 'BLKSIZE: 0', ...timeout);
    exports.append(name, 'ENTRYCREATE: SUCCESS', ...(create.hasAuth ? [`PASSWORD: ${password}`] : []));
    const failures = create.hosts.map((host) =>
      this.#configure(exports, {
        host,
        name,
        target: { gbid, password, size: file.size, sessions: new Set() },
      }),
    );
    const errors = failures.filter((one) => one !== undefined);
    if (errors.length > 0)
      return this.#rollBack(exports, { name, gbid, hosts: create.hosts, error: errors[0] ?? '' });
    const credentials = create.hasAuth ? { USERNAME: gbid, PASSWORD: password } : {};
    const portals = create.hosts.map((host) => `${host}:3260`);
    return say({ IQN: toIqn(gbid), ...credentials, 'PORTAL(S)': portals, RESULT: 'SUCCESS' });
  }

  #configure(
    exports: MemoryExports,
    { host, name, target }: { readonly host: string; readonly name: string; readonly target: Target },
  ): string | undefined {
    exports.append(name, `${host}: CONFIGINPROGRESS`);
    if (this.down.has(host)) return `failed to configure on ${host} : Connection refused`;
    const isTaken = [...this.targets.keys()].some((key) => {
      const [address = '', block] = key.split('/');
      return block === name && this.serverOf(address) === this.serverOf(host);
    });
    if (!isTaken) this.targets.set(`${host}/${name}`, target);
    if (!isTaken && !this.stuck.has(host)) {
      exports.append(
        name,
        `${host}: CONFIGSUCCESS`,
        ...(target.password === '' ? [] : [`${host}: AUTHENFORCED`]),
      );
      return undefined;
    }
    exports.append(name, `${host}: CONFIGFAIL`);
    return isTaken
      ? `failed to configure on ${host} block with name '${name}' already exist (Hint: may be hosted on a different block-hosting volume)`
      : `failed to configure on ${host} configure failed`;
  }

  #rollBack(
    exports: MemoryExports,
    { name, gbid, hosts, error }: { name: string; gbid: string; hosts: readonly string[]; error: string },
  ): CommandResult {
    const stuck = hosts.filter((host) => this.stuck.has(host));
    for (const host of hosts) {
      if (this.targets.get(`${host}/${name}`)?.gbid !== gbid) continue;
      if (!stuck.includes(host)) this.targets.delete(`${host}/${name}`);
      exports.append(name, `${host}: ${stuck.includes(host) ? 'CLEANUPFAIL' : 'CLEANUPSUCCESS'}`);
    }
    if (stuck.length > 0)
      return say({ IQN: toIqn(gbid), 'PORTAL(S)': [], 'ROLLBACK FAILED ON': stuck, RESULT: 'FAIL' }, 255);
    exports.metas.delete(name);
    exports.store.delete(gbid);
    return fail(255, error);
  }

  #info(exports: MemoryExports, { volume, name }: Named): CommandResult {
    const text = exports.metas.get(name) ?? '';
    const meta = parseMeta(text);
    if (meta === undefined) return fail(2, 'gone');
    return say({
      NAME: name,
      VOLUME: volume,
      GBID: meta.gbid,
      SIZE: toHuman(meta.size ?? 0n),
      HA: meta.ha,
      IOTIMEOUT: `${lastOf(text, 'IOTIMEOUT') || '0'} Seconds`,
      PASSWORD: lastOf(text, 'PASSWORD'),
      'EXPORTED ON': exporting(meta).map(({ address }) => address),
    });
  }

  #delete(exports: MemoryExports, name: string, keepStorage: boolean): CommandResult {
    const meta = parseMeta(exports.metas.get(name) ?? '');
    const hosts = (meta?.hosts ?? []).filter(
      ({ status }) => !/^(?:CONFIGINPROGRESS|CLEANUPSUCCESS)$/.test(status),
    );
    const failed = hosts
      .map(({ address }) => address)
      .filter((host) => this.down.has(host) || this.stuck.has(host));
    const done = hosts.map(({ address }) => address).filter((host) => !failed.includes(host));
    for (const host of done) {
      this.targets.delete(`${host}/${name}`);
      exports.append(name, `${host}: CLEANUPSUCCESS`);
    }
    for (const host of failed) exports.append(name, `${host}: CLEANUPINPROGRESS`);
    const successes = done.length > 0 ? { 'SUCCESSFUL ON': done } : {};
    if (failed.length > 0) return say({ 'FAILED ON': failed, ...successes, RESULT: 'FAIL' }, 255);
    if (!keepStorage) exports.store.delete(meta?.gbid ?? '');
    exports.metas.delete(name);
    return say({ ...successes, RESULT: 'SUCCESS' });
  }

  #resize(exports: MemoryExports, name: string, size: bigint): CommandResult {
    const meta = parseMeta(exports.metas.get(name) ?? '');
    const [now, isHalf] = [meta?.size ?? 0n, meta?.hosts.some(({ status }) => /^RS(?:FAIL|IN)/.test(status))];
    const sizes = `[current size ${toHuman(now)}, request size ${toHuman(size)}]`;
    if (now > size) return fail(255, `Shrink size ?\nuse 'force' option ${sizes}`);
    if (now === size && isHalf !== true)
      return fail(255, `request size (${toHuman(now)}) is same as current size (${toHuman(size)}) ]`);
    const file = exports.store.get(meta?.gbid ?? '');
    if (file !== undefined) file.size = size;
    exports.append(name, `SIZE: ${size}`);
    const hosts = (meta === undefined ? [] : exporting(meta)).map(({ address }) => address);
    const failed = hosts.filter((host) => this.down.has(host));
    const done = hosts.filter((host) => !failed.includes(host));
    for (const host of done) {
      const target = this.targets.get(`${host}/${name}`);
      if (target !== undefined) target.size = size;
      exports.append(name, `${host}: RSSUCCESS-${size}`);
    }
    for (const host of failed) exports.append(name, `${host}: RSINPROGRESS-${size}`);
    const iqn = { IQN: toIqn(meta?.gbid ?? '') };
    const successes = done.length > 0 ? { 'SUCCESSFUL ON': done } : {};
    if (failed.length > 0) return say({ ...iqn, 'FAILED ON': failed, ...successes, RESULT: 'FAIL' }, 255);
    return say({ ...iqn, SIZE: toHuman(size), ...successes, RESULT: 'SUCCESS' });
  }

  #setAuth(exports: MemoryExports, name: string, isEnabled: boolean): CommandResult {
    const text = exports.metas.get(name) ?? '';
    const meta = parseMeta(text);
    const password = isEnabled ? lastOf(text, 'PASSWORD') || randomUUID() : '';
    exports.append(name, `PASSWORD: ${password}`);
    const hosts = (meta === undefined ? [] : exporting(meta)).map(({ address }) => address);
    const isChanged = meta?.hasAuth !== isEnabled;
    for (const host of isChanged ? hosts : []) {
      const target = this.targets.get(`${host}/${name}`);
      // Whoever is logged in stays so.
      if (target !== undefined) target.password = password;
      exports.append(name, `${host}: ${isEnabled ? 'AUTHENFORCED' : 'AUTHCLEARENFORCED'}`);
    }
    const credentials = isEnabled ? { USERNAME: meta?.gbid, PASSWORD: password } : {};
    const successes = isChanged ? { 'SUCCESSFUL ON': hosts } : {};
    return say({ IQN: toIqn(meta?.gbid ?? ''), ...credentials, ...successes, RESULT: 'SUCCESS' });
  }

  #replace(
    exports: MemoryExports,
    { volume, name }: Named,
    [from = '', to = '']: readonly string[],
  ): CommandResult {
    const target = this.targets.get(`${from}/${name}`);
    if (target === undefined)
      return fail(223, `block '${name}' is not configured on node '${from}' for volume '${volume}'`);
    if (this.down.has(from) || this.down.has(to)) {
      const key = this.down.has(to) ? 'CREATE FAILED' : 'DELETE FAILED';
      return say({ NAME: name, [key]: this.down.has(to) ? to : from, RESULT: 'FAIL' }, 255);
    }
    this.targets.delete(`${from}/${name}`);
    this.targets.set(`${to}/${name}`, { ...target, sessions: new Set() });
    exports.append(name, `${to}: RPSUCCESS`, `${from}: CLEANUPSUCCESS`);
    const done = { 'CREATE SUCCESS': to, 'DELETE SUCCESS': from, 'REPLACE PORTAL SUCCESS ON': ['N/A'] };
    return say({ NAME: name, ...done, RESULT: 'SUCCESS' });
  }

  #find(address: string, iqn: string): Target | undefined {
    return [...this.targets].find(
      ([key, { gbid }]) => key.startsWith(`${address}/`) && toIqn(gbid) === iqn,
    )?.[1];
  }
}

interface Login {
  readonly iqn: string;
  readonly initiator: string;
  readonly password?: string;
}

interface Named {
  readonly volume: string;
  readonly name: string;
}
