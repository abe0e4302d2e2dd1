import { access, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { fileTrouble } from '../run-error.js';
import { type Item, ItemError, type Refused } from './item.js';
import { openFile } from './open-file.js';
import { readParquet } from './read-parquet.js';

/** Columns that hold an image's path or URL, the likeliest first. */
const likelyColumns = ['image', 'url', 'image_url', 'path', 'file', 'file_name', 'filename', 'image_path'];

/** Data URIs are lines and fields too. */
const lineCharsMax = 64 * 1024 * 1024;

export const isListName = (path: string) => /\.(txt|jsonl|ndjson|csv|tsv|parquet)$/i.test(path);
export const isUrl = (text: string) => /^(https?:\/\/|data:image\/)/i.test(text);

/** A value of a list as an item. `at` names its place for those that have no name. */
type ToItem = (value: unknown, at: string) => Promise<Item | Refused>;

export interface ListReading {
  /** The column that holds images. */
  column?: string | undefined;
  /** Ends the wait for a list that is a pipe. */
  signal: AbortSignal;
}

/** The images that a list names, one after the other. What is wrong with a line concerns no other line. */
export async function* readList(path: string, { column, signal }: ListReading): AsyncGenerator<Item | Refused> {
  const toItem: ToItem = (value, at) => itemOf(value, at, dirname(path));
  try {
    if (/\.parquet$/i.test(path)) return yield* parquetItems(path, column, toItem);
    const stream = await openFile(path, signal);
    if (/\.[ct]sv$/i.test(path)) yield* csvItems(path, stream, column, toItem);
    else if (/\.(jsonl|ndjson)$/i.test(path)) yield* jsonItems(path, stream, column, toItem);
    else yield* readLines(stream, dirname(path));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ItemError) yield { name: path, error };
    else yield { name: path, error: new ItemError('list_unreadable', fileTrouble(error), { cause: error }) };
  }
}

/** One path or URL on each line. Blank lines and those that begin with # are left out. */
export async function* readLines(stream: AsyncIterable<Uint8Array>, folder: string): AsyncGenerator<Item | Refused> {
  for await (const [line] of linesOf(stream)) {
    if (line !== '' && !line.startsWith('#')) yield await itemOf(line, line, folder);
  }
}

/** Lines without a byte order mark, their ends and the blanks around them, each with its number. */
async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<[line: string, number: number]> {
  const decoder = new TextDecoder();
  let text = '';
  let number = 0;
  for await (const chunk of stream) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split('\n');
    text = lines.pop()!;
    if (text.length > lineCharsMax) throw new ItemError('list_unreadable', 'a line of it is longer than 64 MiB');
    for (const line of lines) yield [line.trim(), ++number];
  }
  yield [(text + decoder.decode()).trim(), ++number];
}

async function* jsonItems(
  path: string,
  stream: Readable,
  column: string | undefined,
  toItem: ToItem,
): AsyncGenerator<Item | Refused> {
  for await (const [line, number] of linesOf(stream)) {
    if (line === '') continue;
    const at = `${path}:${number}`;
    try {
      const row: unknown = JSON.parse(line);
      if (typeof row === 'string') yield await toItem(row, at);
      else if (isRecord(row)) yield await toItem(row[columnOf(Object.keys(row), column)], at);
      else throw new ItemError('list_line_invalid', 'the line is neither an object nor a text');
    } catch (error) {
      if (error instanceof ItemError) yield { name: at, error };
      else yield { name: at, error: new ItemError('list_line_invalid', 'the line is not JSON', { cause: error }) };
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function* csvItems(
  path: string,
  stream: Readable,
  column: string | undefined,
  toItem: ToItem,
): AsyncGenerator<Item | Refused> {
  const delimiter = /\.tsv$/i.test(path) ? '\t' : [',', ';', '\t'];
  const options = { bom: true, columns: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true };
  const bounds = { max_record_size: lineCharsMax };
  const parser = parse({ ...options, ...bounds, trim: true });
  stream.once('error', (error) => parser.destroy(error));
  let found: string | undefined;
  for await (const { record, info } of stream.pipe(parser) as AsyncIterable<{
    record: Record<string, string>;
    info: { lines: number };
  }>) {
    found ??= columnOf(Object.keys(record), column);
    yield await toItem(record[found], `${path}:${info.lines}`);
  }
}

async function* parquetItems(path: string, column: string | undefined, toItem: ToItem): AsyncGenerator<Item | Refused> {
  if (!(await stat(path)).isFile()) throw new ItemError('list_unreadable', 'a Parquet list has to be a regular file');
  let number = 0;
  for await (const value of readParquet(path, (names) => columnOf(names, column))) {
    yield await toItem(value, `${path}#${number++}`);
  }
}

/** @throws ItemError that says which columns there are */
function columnOf(names: string[], asked: string | undefined): string {
  const found = asked ?? likelyColumns.find((name) => names.includes(name));
  if (found !== undefined && names.includes(found)) return found;
  const which = asked === undefined ? 'none of its columns is known to hold images' : `it has no column "${asked}"`;
  throw new ItemError('list_column_missing', `${which}; it has ${names.join(', ') || 'none'}: name one with --column`);
}

/** A path is tried beside the list first. Data sets keep images as `{bytes, path}`. */
async function itemOf(value: unknown, at: string, folder: string): Promise<Item | Refused> {
  if (value instanceof Uint8Array) return { name: at, source: { bytes: value } };
  if (typeof value === 'object' && value !== null) {
    const { bytes, path, url } = value as { bytes?: unknown; path?: unknown; url?: unknown };
    if (bytes instanceof Uint8Array && bytes.length > 0) {
      return { name: typeof path === 'string' && path !== '' ? path : at, source: { bytes } };
    }
    return await itemOf(url ?? path, at, folder);
  }
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') return { name: at, error: new ItemError('list_line_invalid', 'it names no image') };
  if (isUrl(text)) return { name: text, source: { url: text } };
  if (isAbsolute(text)) return { name: text, source: { path: text } };
  const beside = join(folder, text);
  const path = await access(beside).then(
    () => beside,
    () => text,
  );
  return { name: path, source: { path } };
}
