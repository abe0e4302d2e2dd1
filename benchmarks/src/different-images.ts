import { crc32 } from 'node:zlib';
import sharp from 'sharp';

const colours = 16;
/** Channels of colours that differ, and by how much: 2^24 images, of which each shows the picture. */
const bits = 24;
const difference = 8;

/**
 * Images of one picture that all differ in their colours, so that neither a worker, which remembers what it has seen, nor a
 * gateway, which can reuse results, has any of them already.
 */
export class DifferentImages {
  readonly #png: Buffer;
  /** Where the chunk of colours is in it: its length, its name, its bytes and their checksum. */
  readonly #chunk: number;

  private constructor(png: Buffer) {
    this.#png = png;
    this.#chunk = png.indexOf('PLTE') - 4;
  }

  /** @param picture in any format; its size stays as it is */
  static async of(picture: Uint8Array): Promise<DifferentImages> {
    return new DifferentImages(await sharp(picture).flatten().png({ palette: true, colours }).toBuffer());
  }

  /** The nth, a PNG. */
  nth(n: number): Buffer {
    const png = Buffer.from(this.#png);
    const [name, first] = [this.#chunk + 4, this.#chunk + 8];
    const length = png.readUInt32BE(this.#chunk);
    for (let bit = 0; bit < Math.min(bits, length); bit += 1) png[first + bit]! ^= ((n >> bit) & 1) * difference;
    png.writeUInt32BE(crc32(png.subarray(name, first + length)), first + length);
    return png;
  }
}
