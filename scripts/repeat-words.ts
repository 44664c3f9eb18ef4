const REPEAT = '--repeat';

export interface RepeatWords {
  /** Parts of titles; none: everything. */
  readonly titles: readonly string[];
  /** After `--repeat`; empty when no number follows; undefined without it. */
  readonly repeat: string | undefined;
  /** The other flags. */
  readonly flags: ReadonlySet<string>;
}

/** Reads `[--repeat [N]] [FLAG…] [TITLE…]`. Ends the process for a flag that there is not. */
export function readRepeatWords(words: readonly string[], known: readonly string[] = []): RepeatWords {
  const given = words.filter((word) => word.startsWith('-'));
  const unknown = given.filter((flag) => flag !== REPEAT && !known.includes(flag));
  if (unknown.length > 0) {
    console.error(`no ${unknown.join(', ')}; there are ${[`${REPEAT} [N]`, ...known].join(' and ')}`);
    process.exit(2);
  }
  const at = words.indexOf(REPEAT);
  const follows = words[at + 1] ?? '';
  const count = at >= 0 && /^[1-9]\d*$/.test(follows) ? follows : '';
  return {
    titles: words.filter((word, index) => !word.startsWith('-') && !(count !== '' && index === at + 1)),
    repeat: at >= 0 ? count : undefined,
    flags: new Set(given.filter((flag) => flag !== REPEAT)),
  };
}
