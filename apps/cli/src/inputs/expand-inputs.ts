import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { glob, isDynamicPattern } from 'tinyglobby';
import { fileTrouble } from '../run-error.js';
import { type Item, ItemError, imageReadBytesMax, type Refused } from './item.js';
import { isListName, isUrl, readLines, readList } from './read-list.js';
import { walkFolder } from './walk-folder.js';

export interface InputOptions {
  /** The column of a list that holds images. */
  column?: string | undefined;
  stdin: Readable;
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

async function* expand(word: string, { column, stdin }: InputOptions): AsyncGenerator<Item | Refused> {
  if (word === '-') return yield* standardInput(stdin);
  if (isUrl(word)) return yield { name: word, source: { url: word } };
  const found = await stat(word).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error)) yield* existing(word, found, column);
  else if (found.code === 'ENOENT' && isDynamicPattern(word)) yield* matching(word, column);
  else yield { name: word, error: new ItemError('file_unreadable', fileTrouble(found), { cause: found }) };
}

async function* existing(path: string, found: Stats, column?: string): AsyncGenerator<Item | Refused> {
  if (found.isDirectory()) yield* walkFolder(path);
  else if (isListName(path)) yield* readList(path, column);
  else yield { name: path, source: { path } };
}

async function* matching(pattern: string, column?: string): AsyncGenerator<Item | Refused> {
  const paths = (await glob(pattern.replaceAll('\\', '/'), { onlyFiles: false, expandDirectories: false })).sort();
  if (paths.length === 0) yield { name: pattern, error: new ItemError('no_match', 'no file matches it') };
  for (const path of paths.map((one) => one.replace(/\/$/, ''))) {
    const found = await stat(path).catch(() => undefined);
    if (found) yield* existing(path, found, column);
  }
}

/** A list with a name on each line, of any length, or one image. */
async function* standardInput(stdin: Readable): AsyncGenerator<Item | Refused> {
  const chunks: Buffer[] = [];
  let length = 0;
  const iterator = stdin[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return yield { name: '-', error: new ItemError('missing_image', 'standard input is empty') };
  const rest = (async function* () {
    yield first.value as Buffer;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value as Buffer;
  })();
  if (!looksLikeImage(first.value as Buffer)) return yield* readLines(rest, '.');
  for await (const chunk of rest) {
    length += chunk.length;
    if (length > imageReadBytesMax) {
      return yield { name: '-', error: new ItemError('image_too_large', 'standard input has more than 64 MiB') };
    }
    chunks.push(chunk);
  }
  yield { name: '-', source: { bytes: Buffer.concat(chunks) } };
}

/** Text has no NUL and no byte beyond UTF-8 at its beginning; every image format has. */
function looksLikeImage(start: Buffer): boolean {
  const head = start.subarray(0, 64).toString('latin1');
  return head.includes('\0') || /^(\xff\xd8|\x89PNG|GIF8|RIFF|II\*|MM\0)/.test(head);
}
