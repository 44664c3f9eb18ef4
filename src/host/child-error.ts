/** What a command of coreutils or util-linux says went wrong: strerror(3) in the C locale ends its first line. */
export function toErrorText(stderr: string): string {
  const line = stderr.trim().split('\n')[0] ?? '';
  return line
    .slice(line.lastIndexOf(': ') + 1)
    .trim()
    .replace(/\.$/, '');
}

/** ENOENT, ENOTDIR: there is nothing of that name. */
export function isAbsent(errorText: string): boolean {
  return errorText === 'No such file or directory' || errorText === 'Not a directory';
}

/**
 * What a command that looks at many files says beside the absence of some: those that are deleted meanwhile are absent.
 * Undefined when that is all that went wrong; a command that failed without a word has no such excuse.
 */
export function beyondAbsence({
  exitCode,
  stderr,
}: {
  readonly exitCode: number | undefined;
  readonly stderr: string;
}): string | undefined {
  if (exitCode === 0) return undefined;
  const reasons = stderr.split('\n').flatMap((line) => (line.trim() === '' ? [] : [toErrorText(line)]));
  if (reasons.length === 0) return 'it failed without a word';
  return reasons.find((reason) => !isAbsent(reason));
}

/**
 * ENOTCONN, ECONNABORTED, ESTALE: nobody serves the file system any more, or its servers are away. The first
 * question after the death of a FUSE client gets ECONNABORTED, all later ones ENOTCONN.
 */
export function isDisconnected(errorText: string): boolean {
  return (
    errorText === 'Transport endpoint is not connected' ||
    errorText === 'Software caused connection abort' ||
    errorText === 'Stale file handle'
  );
}
