import { orientationFrom } from '../orientation.js';
import { ContainerError, type Picture, partsMax, UnsupportedKind, viewOf } from './picture.js';

const tag = {
  ...{ subfileType: 254, width: 256, height: 257, bits: 258, compression: 259, photometric: 262, make: 271 },
  ...{
    orientation: 274,
    samples: 277,
    rowsPerStrip: 278,
    stripBytes: 279,
    planar: 284,
    tileWidth: 322,
    tileHeight: 323,
    subIfds: 330,
  },
  ...{ inkSet: 332, extraSamples: 338, sampleFormat: 339, subsampling: 530, dngVersion: 50_706 },
} as const;
/** Tags that pixels are decoded by; after the common ones fax options, predictor, palette, tables of JPEG, YCbCr, ICC. */
const ofPixels = new Set([
  ...[256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 322, 323, 324, 325, 332, 338, 339],
  ...[292, 293, 317, 320, 347, 529, 530, 531, 532, 34_675],
]);
/** Bytes of one value, by field type; 0 for types that do not exist. */
const valueBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const valuesMax = 16;

const supportedCompressions = new Set([1, 2, 3, 4, 5, 7, 8, 32_773, 32_946]);
const compressionNames: Readonly<Record<number, string>> = {
  ...{
    6: 'old-style JPEG',
    9: 'JBIG',
    10: 'JBIG',
    34661: 'JBIG',
    32766: 'NeXT',
    32809: 'ThunderScan',
    33003: 'JPEG 2000',
    33005: 'JPEG 2000',
  },
  ...{ 34712: 'JPEG 2000', 34676: 'SGI LogLuv', 34677: 'SGI LogLuv', 34887: 'LERC', 34892: 'lossy DNG', 34925: 'LZMA' },
  ...{ 50000: 'ZSTD', 50001: 'WebP', 50002: 'JPEG XL', 52546: 'JPEG XL' },
};
/** Compressions and photometric interpretations of sensor data. */
const rawCompressions = new Set([32_767, 32_769, 32_770, 32_772, 34_713, 65_000, 65_535]);
const rawPhotometrics = new Set([32_803, 34_892]);
const coloursOf: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3, 9: 3 };
const depths = new Set([1, 2, 4, 8, 16, 32]);
const save = 'Save it as an 8-bit RGB TIFF without that, or as a PNG';

/** TIFF 6.0 and BigTIFF: the first directory. Later pages are not shown. */
export function readTiff(bytes: Uint8Array): Picture {
  const directory = new Directory(bytes);
  const all = (name: keyof typeof tag) => directory.values(tag[name]);
  const one = (name: keyof typeof tag, otherwise: number) => all(name)[0] ?? otherwise;
  const [width, height, photometric] = [one('width', 0), one('height', 0), one('photometric', -1)];
  const [bits, samples, extra] = [one('bits', 1), one('samples', 1), all('extraSamples')];
  refuseRaw(directory, photometric);
  if (all('tileWidth').length > 0 && one('planar', 1) === 2) {
    throw new UnsupportedKind(`is tiled with its channels apart, which is not supported. ${save}`);
  }
  refuseUnsupported(one('compression', 1), photometric, all('bits'), one('sampleFormat', 1), one('inkSet', 1), samples);
  if (one('planar', 1) === 2 && all('stripBytes').includes(0)) {
    throw new UnsupportedKind(`has a channel without data, which is not supported. ${save}`);
  }
  const colours = Math.min(coloursOf[photometric] ?? samples, samples);
  // ExtraSamples: 1 is alpha that colours are multiplied by, 2 is alpha that they are not, 0 is anything but alpha.
  const alpha = extra.findIndex((meaning) => meaning === 1 || meaning === 2);
  const palette = photometric === 3;
  // Subsampled ones and JPEG's come from the decoder as RGB.
  const yCbCr = photometric === 6 && one('compression', 1) !== 7 && all('subsampling').join() === '1,1';
  const rows = all('tileWidth').length > 0 ? one('tileHeight', 1) : Math.min(one('rowsPerStrip', height), height);
  return {
    ...{ format: 'tiff', bytes: directory.ofPixels(bytes), width, height },
    orientation: orientationFrom(one('orientation', 1)),
    // Rows, and the copy of the file.
    memoryBytes: 3 * rows * (width + one('tileWidth', 0)) * Math.ceil((samples * bits) / 8) + bytes.length,
    samples: { colours: palette ? 3 : colours, ...(alpha >= 0 && !palette && { alpha: colours + alpha }), yCbCr },
  };
}

function refuseRaw(directory: Directory, photometric: number): void {
  const preview = ((directory.values(tag.subfileType)[0] ?? 0) & 1) === 1 && directory.has(tag.subIfds);
  const compression = directory.values(tag.compression)[0] ?? 1;
  const sensor = rawCompressions.has(compression) || rawPhotometrics.has(photometric) || directory.has(tag.dngVersion);
  if (sensor || preview) {
    throw new UnsupportedKind('is a camera raw file, which is not supported. Develop it, and send the JPEG');
  }
}

function refuseUnsupported(
  compression: number,
  photometric: number,
  bits: readonly number[],
  sampleFormat: number,
  inkSet: number,
  samples: number,
): void {
  const refuse = (what: string): never => {
    throw new UnsupportedKind(`${what}, which is not supported. ${save}`);
  };
  if (!supportedCompressions.has(compression)) {
    refuse(`is compressed by ${compressionNames[compression] ?? `method ${compression}`}`);
  }
  if (photometric === 8 || photometric === 9 || photometric === 10) refuse('is in CIE Lab colours');
  if (photometric === 32_844 || photometric === 32_845) refuse('is in LogLuv colours');
  if (photometric < 0) refuse('does not say what its samples mean (no photometric interpretation)');
  if (!(photometric in coloursOf) || photometric === 4) refuse(`has photometric interpretation ${photometric}`);
  const odd = bits.find((depth) => !depths.has(depth));
  if (odd !== undefined) refuse(`has ${odd} bits per sample`);
  if (new Set(bits).size > 1) refuse(`has samples of different depth (${bits.join(', ')} bits)`);
  if (sampleFormat > 3) refuse('holds samples that are no numbers or complex ones');
  if (photometric === 5 && (inkSet !== 1 || samples < 4)) refuse('is separated into other inks than CMYK');
}

/** Entries of the first directory, checked to lie in the file. */
class Directory {
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #big: boolean;
  readonly #at: number;
  readonly #first: number;
  readonly #step: number;
  readonly #count: number;
  /** Tag → type, count and where the values are. */
  readonly #entries = new Map<number, { type: number; count: number; at: number }>();

  constructor(bytes: Uint8Array) {
    this.#view = viewOf(bytes);
    this.#little = bytes[0] === 0x49;
    this.#big = this.#view.getUint16(2, this.#little) === 43;
    this.#at = this.#big ? this.#uint64(8) : this.#view.getUint32(4, this.#little);
    this.#count = this.#big ? this.#uint64(this.#at) : this.#view.getUint16(this.#at, this.#little);
    if (this.#count > Math.min(partsMax, bytes.length / 12)) throw new ContainerError('has a directory beyond its end');
    [this.#first, this.#step] = this.#big ? [this.#at + 8, 20] : [this.#at + 2, 12];
    for (let entry = 0; entry < this.#count; entry++) this.#read(this.#first + this.#step * entry);
  }

  /** A copy with this directory alone, and in it only what pixels need: libtiff takes any bad value for damage. */
  ofPixels(bytes: Uint8Array): Uint8Array {
    const copy = new Uint8Array(bytes);
    const view = viewOf(copy);
    let end = this.#first;
    for (let entry = 0; entry < this.#count; entry++) {
      const at = this.#first + this.#step * entry;
      if (!ofPixels.has(view.getUint16(at, this.#little))) continue;
      copy.copyWithin(end, at, at + this.#step);
      end += this.#step;
    }
    const count = (end - this.#first) / this.#step;
    if (this.#big) view.setBigUint64(this.#at, BigInt(count), this.#little);
    else view.setUint16(this.#at, count, this.#little);
    // Where the next directory would be.
    copy.fill(0, end, end + (this.#big ? 8 : 4));
    return copy;
  }

  has(name: number): boolean {
    return this.#entries.has(name);
  }

  /** Whole numbers of an entry, the first few of them; [] where there are none. */
  values(name: number): number[] {
    const entry = this.#entries.get(name);
    if (entry === undefined || ![1, 3, 4, 16].includes(entry.type)) return [];
    const step = valueBytes[entry.type]!;
    return Array.from({ length: Math.min(entry.count, valuesMax) }, (_, i) => {
      const at = entry.at + step * i;
      if (entry.type === 1) return this.#view.getUint8(at);
      if (entry.type === 3) return this.#view.getUint16(at, this.#little);
      return entry.type === 4 ? this.#view.getUint32(at, this.#little) : this.#uint64(at);
    });
  }

  #read(at: number): void {
    const [name, type] = [this.#view.getUint16(at, this.#little), this.#view.getUint16(at + 2, this.#little)];
    const count = this.#big ? this.#uint64(at + 4) : this.#view.getUint32(at + 4, this.#little);
    const [field, room] = this.#big ? [at + 12, 8] : [at + 8, 4];
    const length = count * (valueBytes[type] ?? 0);
    const inline = length <= room;
    const values = inline ? field : this.#big ? this.#uint64(field) : this.#view.getUint32(field, this.#little);
    if (values + length > this.#view.byteLength) {
      // Libraries ignore what they do not need, and so are entries that they would.
      if (!Object.values(tag).includes(name as 254)) return;
      throw new ContainerError('has a directory entry beyond its end');
    }
    if (!this.#entries.has(name)) this.#entries.set(name, { type, count, at: values });
  }

  #uint64(at: number): number {
    return Number(this.#view.getBigUint64(at, this.#little));
  }
}
