/** The commands of one fenced `sh` block. */
export interface Block {
  /** The nearest heading above it. */
  readonly section: string;
  /** One command each, with the lines that it goes on to; comments are left out. */
  readonly commands: readonly string[];
}

/** The fenced `sh` blocks of a Markdown text, in order. */
export function readBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let section = '';
  let open: string[] | undefined;
  for (const line of markdown.split('\n')) {
    if (open === undefined) {
      section = /^#+ (.*)$/.exec(line)?.[1] ?? section;
      if (line === '```sh') open = [];
    } else if (line === '```') {
      blocks.push({ section, commands: toCommands(open) });
      open = undefined;
    } else open.push(line);
  }
  return blocks;
}

/** A loop is one command, as is a line with those that it goes on to by a backslash. */
function toCommands(lines: readonly string[]): readonly string[] {
  const commands: string[] = [];
  let isOpen = false;
  for (const line of lines.map(withoutComment)) {
    if (line.trim() === '') continue;
    if (isOpen) commands.push(`${commands.pop()}\n${line}`);
    else commands.push(line);
    isOpen = commands.at(-1)?.startsWith('for ') === true ? line !== 'done' : line.endsWith('\\');
  }
  return commands;
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s+)# .*$/, '');
}

/** The text below a heading, up to the next one. */
export function sectionOf(markdown: string, heading: string): string {
  const [, after = ''] = markdown.split(`\n## ${heading}\n`);
  return after.split(/^## /m)[0] ?? '';
}
