/** Why a command cannot go on. The message is one line that says what to do. */
export class RunError extends Error {
  override readonly name = 'RunError';

  /** The part for this machine has a copy of this class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'RunError';
  }

  constructor(
    message: string,
    /** 1: it cannot be done; 2: the command was not understood. */
    readonly exitCode: 1 | 2 = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The words for what a file system said, without its code and path. */
export function fileTrouble(error: unknown): string {
  const { code, message, path } = error as NodeJS.ErrnoException;
  // Node reads such a name with this character in place of what it cannot read, and then finds no such file.
  if (code === 'ENOENT' && path?.includes('\uFFFD')) return 'its name is not UTF-8; rename it';
  const words: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'it may not be read or written',
    EPERM: 'it may not be read or written',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is no folder',
    ELOOP: 'its links lead in a circle',
    ENAMETOOLONG: 'its name is too long',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EFBIG: 'it may not grow any more',
    EROFS: 'the disk is read-only',
    EMFILE: 'too many files are open',
  };
  return (code && words[code]) || message;
}

/**
 * What became of writing a file, where it concerns every other file, too.
 *
 * @throws RunError when the file system has no room for anything any more
 */
export function throwIfFull(path: string, error: unknown): void {
  if (!['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
  const advice = 'make room and run this again with --resume';
  throw new RunError(`${path} cannot be written: ${fileTrouble(error)}; ${advice}`, 1, { cause: error });
}
