/**
 * gluster-block's own log of a block volume, `/block-meta/<name>` on its hosting volume: lines `KEY: value` and
 * `<address>: STATUS`, to which each step appends; the last of a kind counts. The only exact size there is: `info`
 * rounds to one decimal.
 */
export interface ExportMeta {
  readonly gbid: string;
  /** Bytes; undefined until the file is made. */
  readonly size: bigint | undefined;
  /** How many servers are to export it. */
  readonly ha: number;
  readonly hasAuth: boolean;
  readonly hosts: readonly MetaHost[];
  /** All of its servers exported it at one time: then its file may hold data. */
  readonly wasWhole: boolean;
}

export interface MetaHost {
  readonly address: string;
  readonly status: string;
  /** By which it is exported there, in bytes. Undefined when it is not, or not yet by its present size. */
  readonly size: bigint | undefined;
}

const HOST = /^(\d{1,3}(?:\.\d{1,3}){3}): ([A-Z]+)(?:-(\d{1,19}))?$/;
const PAIR = /^([A-Z]+): ?(.*)$/;
const NUMBER = /^\d{1,19}$/;
/** Steps of a change of the size and of authentication, during which a target is there. */
const EXPORTING = /^(?:CONFIGSUCCESS|RPSUCCESS|RS(?:SUCCESS|FAIL|INPROGRESS)|AUTH(?:CLEAR)?ENFORC\w+)$/;

/** Undefined for what has no GBID: an entry that was just begun, or is none. Pure. */
export function parseMeta(text: string): ExportMeta | undefined {
  const keys = new Map<string, string>();
  const hosts = new Map<string, MetaHost>();
  let wasWhole = false;
  for (const line of text.split('\n').map((one) => one.trim())) {
    const [, address, status, told] = HOST.exec(line) ?? [];
    const [, key, value] = PAIR.exec(line) ?? [];
    if (key !== undefined && value !== undefined) keys.set(key, value);
    if (address === undefined || status === undefined) continue;
    const present = { size: bytes(told) ?? bytes(keys.get('SIZE')), before: hosts.get(address)?.size };
    hosts.set(address, { address, status, size: exportedSize(status, present) });
    wasWhole ||= isComplete([...hosts.values()], count(keys.get('HA')));
  }
  const gbid = keys.get('GBID');
  if (gbid === undefined || gbid === '') return undefined;
  const size = bytes(keys.get('SIZE'));
  const hasAuth = (keys.get('PASSWORD') ?? '') !== '';
  return { gbid, size, ha: count(keys.get('HA')), hasAuth, hosts: [...hosts.values()], wasWhole };
}

/** Servers that export it, or may. */
export function exporting({ hosts }: Pick<ExportMeta, 'hosts'>): readonly MetaHost[] {
  return hosts.filter(({ status }) => EXPORTING.test(status));
}

/** Every server that is to export it does. */
export function isWhole(meta: ExportMeta): boolean {
  return meta.size !== undefined && isComplete(meta.hosts, meta.ha);
}

/** What every path to it has: less than the file's size while a change of it is half done. */
export function commonSize(meta: ExportMeta): bigint {
  const sizes = exporting(meta).map(({ size }) => size ?? 0n);
  return sizes.reduce((least, size) => (size < least ? size : least), meta.size ?? 0n);
}

export function describeHosts({ hosts }: Pick<ExportMeta, 'hosts'>): string {
  return hosts.length === 0
    ? 'no server'
    : hosts.map(({ address, status }) => `${address} ${status}`).join(', ');
}

function isComplete(hosts: readonly MetaHost[], ha: number): boolean {
  return ha > 0 && exporting({ hosts }).length === ha;
}

/** A change of the size that was begun or failed leaves the old one. */
function exportedSize(
  status: string,
  { size, before }: { readonly size: bigint | undefined; readonly before: bigint | undefined },
): bigint | undefined {
  if (/^(?:CONFIG|RP|RS)SUCCESS$/.test(status)) return size;
  return EXPORTING.test(status) ? before : undefined;
}

function bytes(text: string | undefined): bigint | undefined {
  return text !== undefined && NUMBER.test(text) ? BigInt(text) : undefined;
}

function count(text: string | undefined): number {
  return Number(bytes(text) ?? 0n);
}
