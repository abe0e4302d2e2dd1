import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { fileTrouble, RunError } from '../run-error.js';

/** `journal`: no output, only the names of what is done. */
export type RecordFormat = 'jsonl' | 'csv' | 'journal';

/**
 * A file of records that are appended whole, each with the name of its image: the output, and what a run that was
 * killed goes on from. A record that was cut short is cut off when the file is opened.
 */
export class RecordFile {
  readonly #path: string;
  readonly #format: RecordFormat;
  readonly #file: FileHandle;
  #length: number;
  /** Records are written one after the other. */
  #last: Promise<void> = Promise.resolve();
  /** The images whose records are there. */
  readonly names: Set<string>;

  private constructor(path: string, format: RecordFormat, file: FileHandle, length: number, names: Set<string>) {
    this.#path = path;
    this.#format = format;
    this.#file = file;
    this.#length = length;
    this.names = names;
  }

  /**
   * @param start `new` empties the file, `goOn` keeps its whole records
   * @param header of a new CSV file
   * @throws RunError when it cannot be written, or holds something else
   */
  static async open(path: string, format: RecordFormat, start: 'new' | 'goOn', header: string[]): Promise<RecordFile> {
    let file: FileHandle | undefined;
    try {
      file = await open(path, start === 'new' ? 'w+' : 'a+');
      const { names, bytes } =
        start === 'new' ? { names: new Set<string>(), bytes: 0 } : await wholeRecords(path, format);
      await file.truncate(bytes);
      const records = new RecordFile(path, format, file, bytes, names);
      if (format === 'csv' && bytes === 0) await records.#write(stringify([header]));
      return records;
    } catch (error) {
      await file?.close();
      if (error instanceof RunError) throw error;
      throw new RunError(`${path} cannot be written: ${fileTrouble(error)}; name another file`, 1, { cause: error });
    }
  }

  /** @throws RunError when it cannot be written; then nothing of the record is left in the file */
  async append(name: string, record: Record<string, unknown> | string[]): Promise<void> {
    const text = Array.isArray(record) ? stringify([record]) : `${JSON.stringify(record)}\n`;
    const written = this.#last.then(() => this.#write(text));
    this.#last = written.catch(() => {});
    await written;
    this.names.add(name);
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      for (let at = 0; at < bytes.length; )
        at += (await this.#file.write(bytes, at, bytes.length - at, null)).bytesWritten;
      this.#length += bytes.length;
    } catch (error) {
      await this.#file.truncate(this.#length).catch(() => {});
      const what = this.#format === 'csv' ? 'rows' : 'lines';
      const advice = `its ${what} so far are whole: make room and run this again with --resume`;
      throw new RunError(`${this.#path} cannot be written: ${fileTrouble(error)}; ${advice}`, 1, { cause: error });
    }
  }
}

/** The names in a file, and how many of its bytes are whole records. */
async function wholeRecords(path: string, format: RecordFormat): Promise<{ names: Set<string>; bytes: number }> {
  return format === 'csv' ? await wholeRows(path) : await wholeLines(path);
}

async function wholeLines(path: string): Promise<{ names: Set<string>; bytes: number }> {
  const names = new Set<string>();
  let [bytes, line, rest] = [0, 0, Buffer.alloc(0)];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      line++;
      const text = rest.subarray(0, end).toString().trim();
      rest = rest.subarray(end + 1);
      bytes += end + 1;
      if (text !== '') names.add(nameIn(text, `${path}:${line}`));
    }
  }
  return { names, bytes };
}

function nameIn(line: string, at: string): string {
  try {
    const { image } = JSON.parse(line) as { image?: unknown };
    if (typeof image === 'string') return image;
  } catch {
    // Told below.
  }
  throw new RunError(`${at} is no line of blipq; name another file for --out`, 2);
}

async function wholeRows(path: string): Promise<{ names: Set<string>; bytes: number }> {
  const names: string[] = [];
  // Where the last record ends and the one before it does.
  let [before, bytes] = [0, 0];
  const parser = createReadStream(path).pipe(parse({ info: true, relax_column_count: true, record_delimiter: '\n' }));
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { bytes: number } }>) {
      if (bytes > 0) names.push(record[0]!);
      else if (record[0] !== 'image') throw new RunError(`${path} is no CSV of blipq; name another file for --out`, 2);
      [before, bytes] = [bytes, info.bytes];
    }
  } catch (error) {
    // A row that was cut inside its quotes is the last one.
    if ((error as { code?: string }).code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
  }
  if (bytes > 0 && !(await endsAt(path, bytes))) {
    names.pop();
    bytes = before;
  }
  return { names: new Set(names), bytes };
}

/** Whether the byte before this one ends a line; a row without its line end may have been cut. */
async function endsAt(path: string, bytes: number): Promise<boolean> {
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, bytes - 1).finally(() => file.close());
  return buffer[0] === 10;
}
