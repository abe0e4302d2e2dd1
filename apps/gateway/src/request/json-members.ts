import { BlipqError, invalidField } from '@blipq/contracts';
import { GrowingBytes } from './growing-bytes.js';
import { parseJson } from './parse-json.js';

const [quote, backslash, comma, colon] = Buffer.from('"\\,:');
const [listBegins, listEnds, objectBegins, objectEnds] = Buffer.from('[]{}');
const blanks: readonly (number | undefined)[] = [...Buffer.from(' \t\r\n')];

/** More than a body may have; the others are not read. */
const membersMax = 100;

/** Where it is in the text: what comes next that is no blank. */
type Place =
  | 'start'
  | 'name'
  | 'colon'
  | 'value'
  | 'first item'
  | 'item'
  | 'after item'
  | 'after value'
  | 'other'
  | 'end';

interface MembersOptions {
  /** The name of the member whose list is handed over item by item. */
  list: string;
  /** Longest value. */
  bytesMax: number;
  /** Each item when it is complete; undefined for one that is longer than that. */
  onItem: (bytes: Buffer | undefined) => void;
}

/**
 * The members of a JSON object whose text comes in pieces, without the whole of it in memory: a list in it is handed over
 * item by item, as bytes that are still to be parsed.
 */
export class JsonMembers {
  readonly #options: MembersOptions;
  readonly #members: [name: string, value: unknown][] = [];
  #place: Place = 'start';
  #name = '';
  #bytes: GrowingBytes | undefined;
  #depth = 0;
  #inText = false;
  #isEscaped = false;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Whether the list has begun. */
  hasList = false;

  /** The members so far, the list left out; a value that is no object as it is. */
  get value(): unknown {
    if (this.#place === 'other') return this.#members[0]?.[1];
    return Object.fromEntries(this.#members);
  }

  /** @throws BlipqError `malformed_json`; `image_too_large` for a member that is too long; `invalid_params` for too many */
  push(piece: Buffer): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#bytes !== undefined) at = this.#collect(piece, at);
      else if (blanks.includes(piece[at])) at += 1;
      else at += this.#step(piece[at]!);
    }
  }

  /** @throws BlipqError `malformed_json` for a text that is not complete */
  end(): void {
    if (this.#place === 'other' && this.#bytes !== undefined) this.#members.push(['', parseJson(this.#bytes.take())]);
    else if (this.#place !== 'end') throw malformed();
  }

  /** What a byte outside of values means. Says whether it is done with, 1, or begins a value, 0. */
  #step(byte: number): 0 | 1 {
    const place = this.#place;
    if (place === 'start' && byte === objectBegins) return this.#to('name');
    if (place === 'start') return this.#begin('other');
    if (place === 'name' && byte === objectEnds && this.#members.length === 0 && this.#name === '')
      return this.#to('end');
    if (place === 'name') return this.#begin('name');
    if (place === 'colon' && byte === colon) return this.#to('value');
    if (place === 'value' && this.hasList && this.#name === this.#options.list) {
      throw invalidField(this.#name, 'was sent more than once');
    }
    if (place === 'value' && byte === listBegins && this.#name === this.#options.list) {
      this.hasList = true;
      return this.#to('first item');
    }
    if (place === 'value') return this.#begin('value');
    if (place === 'first item' && byte === listEnds) return this.#to('after value');
    if (place === 'first item' || place === 'item') return this.#begin('item');
    if (place === 'after item' && byte === comma) return this.#to('item');
    if (place === 'after item' && byte === listEnds) return this.#to('after value');
    if (place === 'after value' && byte === comma) return this.#to('name');
    if (place === 'after value' && byte === objectEnds) return this.#to('end');
    throw malformed();
  }

  #to(place: Place): 1 {
    this.#place = place;
    return 1;
  }

  #begin(place: Place): 0 {
    this.#place = place;
    this.#bytes = new GrowingBytes(this.#options.bytesMax);
    this.#depth = 0;
    return 0;
  }

  /** Adds to a value as far as it goes. Returns the place of what comes next. */
  #collect(piece: Buffer, from: number): number {
    const end = this.#endOfValue(piece, from);
    this.#bytes!.push(piece.subarray(from, end));
    if (end < piece.length) this.#complete();
    return end;
  }

  /** The place of the byte that ends a value, or the piece's end. */
  #endOfValue(piece: Buffer, from: number): number {
    let at = from;
    while (at < piece.length) {
      if (this.#inText) {
        at = this.#endOfText(piece, at);
        continue;
      }
      const byte = piece[at];
      if (byte === quote) this.#inText = true;
      else if (byte === listBegins || byte === objectBegins) this.#depth += 1;
      else if (this.#depth === 0 && this.#isEnd(byte)) return at;
      else if (byte === listEnds || byte === objectEnds) this.#depth -= 1;
      at += 1;
    }
    return at;
  }

  #isEnd(byte: number | undefined): boolean {
    if (this.#place === 'other') return false;
    if (this.#place === 'name') return byte === colon;
    return byte === comma || byte === listEnds || byte === objectEnds;
  }

  /** The place behind a text's quote, or the piece's end. */
  #endOfText(piece: Buffer, from: number): number {
    let at = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      at += 1;
    }
    while (at < piece.length) {
      // Nearly every long text is base64, which has no backslash: its end is found without looking at each byte here.
      const end = piece.indexOf(quote!, at);
      const text = piece.subarray(at, end === -1 ? piece.length : end);
      const escaping = text.indexOf(backslash!);
      if (escaping === -1) {
        this.#inText = end === -1;
        return end === -1 ? piece.length : end + 1;
      }
      at += escaping + 2;
    }
    this.#isEscaped = at > piece.length;
    return piece.length;
  }

  #complete(): void {
    const bytes = this.#bytes!;
    this.#bytes = undefined;
    const text = bytes.tooLong ? undefined : bytes.take();
    if (this.#place === 'item') {
      this.#place = 'after item';
      this.#options.onItem(text);
      return;
    }
    if (text === undefined) {
      throw new BlipqError('image_too_large', `A value of the body is longer than ${this.#options.bytesMax} bytes.`);
    }
    const value = parseJson(text);
    if (this.#place === 'value') {
      if (this.#members.length === membersMax) throw invalidField('', 'The body has more names than a batch can use.');
      this.#members.push([this.#name, value]);
      this.#place = 'after value';
    } else {
      if (typeof value !== 'string') throw malformed();
      this.#name = value;
      this.#place = 'colon';
    }
  }
}

function malformed(): BlipqError {
  return new BlipqError('malformed_json', 'The body is not valid JSON.');
}
