/**
 * What we keep of a block volume beside gluster-block's own log, from before it is made until it is deleted: in the
 * hosting volume's `/.gluster-csi/volumes/<name>`, as metadata whose keys of ours begin with "_".
 */
export interface Declaration {
  readonly metadata: Readonly<Record<string, string>>;
  readonly size: bigint;
  readonly hosts: readonly string[];
  readonly hasAuth: boolean;
  /** The file in /block-store that it is made of, by the wish of the request. */
  readonly storage?: string;
  /** The GBID by which it was whole, and the name of its file. Nothing is ever made anew in the place of that file. */
  readonly made?: string;
  /**
   * Its target is to go, or gone, and this file in /block-store has its content: it is named after the GBID that the
   * target had. Unless it is being deleted, a new target is to be made of it.
   */
  readonly content?: string;
  /** A delete was begun; `keep`: without the backing file. */
  readonly deleting?: 'all' | 'keep';
}

export function toMetadata(declaration: Declaration): Readonly<Record<string, string>> {
  const { metadata, size, hosts, hasAuth, storage, made, content, deleting } = declaration;
  return {
    ...metadata,
    _size: `${size}`,
    _hosts: hosts.join(','),
    ...(hasAuth ? { _auth: 'yes' } : {}),
    ...(storage === undefined ? {} : { _storage: storage }),
    ...(made === undefined ? {} : { _made: made }),
    ...(content === undefined ? {} : { _content: content }),
    ...(deleting === undefined ? {} : { _deleting: deleting }),
  };
}

/** Undefined for what is none of ours. */
export function toDeclaration(kept: Readonly<Record<string, string>>): Declaration | undefined {
  const { _size, _hosts, _auth, _storage, _made, _content, _deleting } = kept;
  if (_size === undefined || _hosts === undefined || !/^\d{1,19}$/.test(_size)) return undefined;
  return {
    metadata: Object.fromEntries(Object.entries(kept).filter(([key]) => !key.startsWith('_'))),
    size: BigInt(_size),
    hosts: _hosts === '' ? [] : _hosts.split(','),
    hasAuth: _auth === 'yes',
    ...(_storage === undefined ? {} : { storage: _storage }),
    ...(_made === undefined ? {} : { made: _made }),
    ...(_content === undefined ? {} : { content: _content }),
    ...(_deleting === undefined ? {} : { deleting: _deleting === 'keep' ? 'keep' : 'all' }),
  };
}

/** Made by this GBID, with nothing under way. */
export function settled({ content: _, storage: __, ...rest }: Declaration, made: string): Declaration {
  return { ...rest, made };
}
