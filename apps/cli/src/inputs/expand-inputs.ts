import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { glob, isDynamicPattern } from 'tinyglobby';
import { fileTrouble } from '../run-error.js';
import { type Item, ItemError, imageReadBytesMax, type Refused } from './item.js';
import { boundedBytes } from './open-file.js';
import { isListName, isUrl, readLines, readList } from './read-list.js';
import { folderLoop, irregular, walkFolder } from './walk-folder.js';

export interface InputOptions {
  /** The column of a list that holds images. */
  column?: string | undefined;
  stdin: Readable;
  /** Ends the wait for standard input or a pipe. */
  signal: AbortSignal;
}

/**
 * The images that the words of a command name: files, folders, patterns, URLs, lists, or `-` for standard input. An
 * image that is named twice comes once.
 */
export async function* expandInputs(words: string[], options: InputOptions): AsyncGenerator<Item | Refused> {
  const seen = new Set<string>();
  for (const word of words) {
    for await (const one of expand(word, options)) {
      if (seen.has(one.name)) continue;
      seen.add(one.name);
      yield one;
    }
  }
}

/** Whether inputs can be gone through once to count them and once more to read them, and that soon enough. */
export async function canBeReadTwice(words: string[]): Promise<boolean> {
  for (const word of words) {
    if (word === '-' || word.endsWith('.parquet')) return false;
    if ((await stat(word).catch(() => undefined))?.isFIFO()) return false;
  }
  return true;
}

async function* expand(word: string, options: InputOptions): AsyncGenerator<Item | Refused> {
  if (word === '-') return yield* standardInput(addAbortSignal(options.signal, options.stdin));
  if (isUrl(word)) return yield { name: word, source: { url: word } };
  const found = await stat(word).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error)) yield* existing(word, found, options);
  else if (found.code === 'ENOENT' && isDynamicPattern(word)) yield* matching(word, options);
  else yield unreadable(word, found);
}

function unreadable(path: string, cause: Error): Refused {
  return { name: path, error: new ItemError('file_unreadable', fileTrouble(cause), { cause }) };
}

async function* existing(path: string, found: Stats, options: InputOptions): AsyncGenerator<Item | Refused> {
  if (found.isDirectory()) yield* walkFolder(path);
  else if (isListName(path)) yield* readList(path, options);
  else yield { name: path, source: { path } };
}

async function* matching(pattern: string, options: InputOptions): AsyncGenerator<Item | Refused> {
  const paths = (
    await glob(pattern.replaceAll('\\', '/'), { onlyFiles: false, expandDirectories: false, signal: options.signal })
  ).sort();
  if (paths.length === 0) yield { name: pattern, error: new ItemError('no_match', 'no file matches it') };
  const loops = new Loops(pattern);
  for (const path of paths.map((one) => one.replace(/\/$/, ''))) {
    const found = await stat(path).catch((error: Error) => error);
    const isFolder = !(found instanceof Error) && found.isDirectory();
    const loop = await loops.on(isFolder ? path : dirname(path));
    if (loop) yield loop;
    else if (found instanceof Error) yield unreadable(path, found);
    else if (found.isFile() || found.isDirectory()) yield* existing(path, found, options);
    else yield irregular(path);
  }
}

/** Finds links that lead back to a folder before them, among the folders that a pattern leads to. */
class Loops {
  /** What the pattern names itself may be a link to anywhere. */
  readonly #base: string;
  readonly #real = new Map<string, Promise<string>>();

  constructor(pattern: string) {
    const parts = pattern.split('/');
    const named = parts.slice(
      0,
      parts.findIndex((part) => isDynamicPattern(part)),
    );
    this.#base = resolve(pattern.startsWith('/') ? '/' : '.', ...named);
  }

  /** The loop on the way to a folder. */
  async on(folder: string): Promise<Refused | undefined> {
    const below = relative(this.#base, resolve(folder)).split('/').filter(Boolean);
    const before = [await this.#realOf(this.#base)];
    for (let depth = 1; depth <= below.length; depth++) {
      const real = await this.#realOf(join(this.#base, ...below.slice(0, depth)));
      if (before.includes(real)) return folderLoop(join(folder, ...below.slice(depth).map(() => '..')), real);
      before.push(real);
    }
    return undefined;
  }

  #realOf(path: string): Promise<string> {
    const real = this.#real.get(path) ?? realpath(path).catch(() => path);
    this.#real.set(path, real);
    return real;
  }
}

/** A list with a name on each line, of any length, or one image. */
async function* standardInput(stdin: Readable): AsyncGenerator<Item | Refused> {
  const iterator = stdin[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return yield { name: '-', error: new ItemError('missing_image', 'standard input is empty') };
  const rest = (async function* () {
    yield first.value as Buffer;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value as Buffer;
  })();
  if (!looksLikeImage(first.value as Buffer)) return yield* readLines(rest, '.');
  try {
    yield { name: '-', source: { bytes: await boundedBytes(rest, imageReadBytesMax) } };
  } catch (error) {
    if (!(error instanceof ItemError)) throw error;
    yield { name: '-', error };
  }
}

/** Text has no NUL and no byte beyond UTF-8 at its beginning; every image format has. */
function looksLikeImage(start: Buffer): boolean {
  const head = start.subarray(0, 64).toString('latin1');
  return head.includes('\0') || /^(\xff\xd8|\x89PNG|GIF8|RIFF|II\*|MM\0)/.test(head);
}
