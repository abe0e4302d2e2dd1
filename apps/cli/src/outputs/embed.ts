import { cpus } from 'node:os';
import type { ExifTool, WriteTags } from 'exiftool-vendored';
import { type Item, ItemError } from '../inputs/item.js';
import { fileTrouble, RunError, throwIfFull } from '../run-error.js';
import { appended, type Existing } from './existing.js';
import { replaceFile } from './replace-file.js';

export type Metadata = 'iptc' | 'xmp';

/** Where a caption goes: the field for alternative text of IPTC's photo metadata standard, or IIM's caption. */
const fields = {
  xmp: { write: 'XMP-iptcCore:AltTextAccessibility', read: 'AltTextAccessibility' },
  iptc: { write: 'IPTC:Caption-Abstract', read: 'Caption-Abstract' },
} as const;

/** IIM bounds its caption. */
const iptcBytesMax = 2000;

/** Writes captions into the image files' own metadata, by ExifTool. The pixels are not touched. */
export class Embedding {
  readonly #metadata: Metadata;
  readonly #existing: Existing;
  readonly #tool: ExifTool;

  private constructor(metadata: Metadata, existing: Existing, tool: ExifTool) {
    this.#metadata = metadata;
    this.#existing = existing;
    this.#tool = tool;
  }

  /** @throws RunError when ExifTool is not there or does not run */
  static async open(metadata: Metadata, existing: Existing): Promise<Embedding> {
    try {
      const { ExifTool } = await import('exiftool-vendored');
      const tool = new ExifTool({ maxProcs: Math.min(4, cpus().length), useMWG: false });
      await tool.version();
      return new Embedding(metadata, existing, tool);
    } catch (error) {
      const advice = 'install it with npm install exiftool-vendored, and Perl where it is missing';
      throw new RunError(`--embed needs ExifTool, which does not run here: ${fileTrouble(error)}; ${advice}`, 1);
    }
  }

  /** Whether there is nothing to do: the file has such a text, and it is to stay. @throws ItemError */
  async claim(item: Item): Promise<boolean> {
    const path = pathOf(item);
    return this.#existing === 'skip' && (await this.#textIn(path)) !== undefined;
  }

  /** @throws ItemError; RunError when the disk is full */
  async write(item: Item, text: string): Promise<void> {
    const path = pathOf(item);
    const before = this.#existing === 'append' ? await this.#textIn(path) : undefined;
    const whole = appended(before, ' ', text);
    if (whole === undefined) return;
    if (this.#metadata === 'iptc' && Buffer.byteLength(whole) > iptcBytesMax) {
      throw new ItemError('embed_failed', `IPTC takes at most ${iptcBytesMax} bytes; use --embed xmp`);
    }
    const charset = this.#metadata === 'iptc' ? { 'IPTC:CodedCharacterSet': 'UTF8' } : {};
    const tags = { [fields[this.#metadata].write]: whole, ...charset } as WriteTags;
    try {
      await replaceFile(path, async (temporary) => {
        const { created } = await this.#tool.write(path, tags, { writeArgs: ['-o', temporary] });
        if (created !== 1) throw new Error('ExifTool wrote no file');
      });
    } catch (error) {
      throwIfFull(path, error);
      const why = fileTrouble(error)
        .replace(/^Error: /, '')
        .replace(/ - .*/s, '');
      const advice = this.#metadata === 'iptc' ? '; --embed xmp works with more formats' : '';
      throw new ItemError('embed_failed', `its metadata cannot be written: ${why}${advice}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#tool.end();
  }

  async #textIn(path: string): Promise<string | undefined> {
    const { read } = fields[this.#metadata];
    const tags = await this.#tool.readRaw(path, { readArgs: [`-${read}`] }).catch((cause) => {
      throw new ItemError('embed_failed', `its metadata cannot be read: ${fileTrouble(cause)}`, { cause });
    });
    const text = Object.entries(tags as object).find(([name]) => name.endsWith(read))?.[1];
    return typeof text === 'string' && text !== '' ? text : undefined;
  }
}

function pathOf({ source }: Item): string {
  if ('path' in source) return source.path;
  throw new ItemError('no_file', 'it has no metadata to write into; use --out');
}
