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
