import { type Axes, type Orientation, orientationOf } from '../orientation.js';
import { cleanAperture, withoutApertures } from './clean-aperture.js';
import { ascii, type Cicp, ContainerError, type Picture, partsMax, UnsupportedKind, viewOf } from './picture.js';

interface Box {
  readonly type: string;
  /** Where its content begins. */
  readonly at: number;
  readonly end: number;
  /** It says that it reaches further than it can. */
  readonly cut: boolean;
}

const codecs: Readonly<Record<string, string>> = {
  ...{ avc1: 'H.264', vvc1: 'H.266', j2k1: 'JPEG 2000', jpeg: 'JPEG', unci: 'uncompressed samples', mski: 'a mask' },
};

/**
 * AVIF and HEIC (ISO/IEC 23008-12, AV1 Image File Format): the primary item. Of a sequence its cover is shown. `clap`,
 * `irot` and `imir` say how the picture is shown, in this order; EXIF's orientation is to be ignored. AVIF's decoder
 * applies them itself.
 */
export function readIsobmff(bytes: Uint8Array): Picture {
  const boxes = new Boxes(bytes);
  const outermost = boxes.children(0, bytes.length);
  const meta = outermost.find(({ type }) => type === 'meta');
  if (meta?.cut) throw new ContainerError('ends inside its header');
  if (meta === undefined) {
    if (!outermost.some(({ type }) => type === 'moov')) throw new ContainerError('ends before its pictures begin');
    throw new UnsupportedKind(
      'is a sequence without a still picture, which is not supported. Send one frame as a JPEG',
    );
  }
  const items = new Items(boxes, boxes.children(meta.at + 4, meta.end));
  const codec = items.codec(items.primary);
  if (codec !== 'av01' && codec !== 'hvc1' && codec !== 'hev1') {
    throw new UnsupportedKind(
      `is coded as ${codecs[codec] ?? JSON.stringify(codec)}, which is not supported. Save it as a JPEG`,
    );
  }
  const properties = items.propertiesOf(items.primary);
  const view = viewOf(bytes);
  const property = (type: string) => properties.find((one) => one.type === type);
  const extent = property('ispe');
  if (extent === undefined) throw new ContainerError('has no size');
  const [width, height] = [view.getUint32(extent.at + 4), view.getUint32(extent.at + 8)];
  const alpha = items.alphaOf(items.primary);
  // HEIC is decoded tile by tile, unless a picture of alpha goes with it.
  const tile = codec === 'av01' || alpha !== undefined ? undefined : items.firstPart(items.primary);
  const tileExtent = tile && items.propertiesOf(tile).find(({ type }) => type === 'ispe');
  const rowsAtOnce = tileExtent ? Math.min(view.getUint32(tileExtent.at + 8), height) : height;
  const colour = colourOf(properties, bytes);
  // libheif refuses a HEIC that is larger than its crop by more than a block, so it gets the file without that.
  const aperture = codec === 'av01' ? undefined : property('clap');
  const crop = aperture && cleanAperture(bytes, aperture.at, { width, height });
  const apertures = [properties, alpha === undefined ? [] : items.propertiesOf(alpha)]
    .flat()
    .flatMap(({ type, at }) => (type === 'clap' ? [at] : []));
  const depth = property('pixi');
  const bitDepth = depth && depth.end > depth.at + 5 ? bytes[depth.at + 5]! : 8;
  return {
    ...{ format: codec === 'av01' ? 'avif' : 'heic', width, height },
    ...(crop ? { bytes: withoutApertures(bytes, apertures, { width, height }), crop } : { bytes }),
    orientation: codec === 'av01' ? 1 : shownAs(properties, bytes),
    memoryBytes: width * rowsAtOnce * bytesPerPixel(codec, bitDepth) + (crop ? bytes.length : 0),
    ...(colour && { colour }),
    premultiplied: alpha !== undefined && items.isPremultiplied(items.primary, alpha),
  };
}

/** Planes of the decoder, of libheif and the converted picture, as measured at 4:4:4. */
function bytesPerPixel(codec: string, bitDepth: number): number {
  if (codec === 'av01') return bitDepth > 8 ? 28 : 18;
  return bitDepth > 8 ? 18 : 11;
}

/** nclx, unless a profile says it better. */
function colourOf(properties: readonly Box[], bytes: Uint8Array): Cicp | undefined {
  const colours = properties.filter(({ type }) => type === 'colr');
  const kind = ({ at }: Box) => ascii(bytes, at, at + 4);
  if (colours.some((box) => kind(box) === 'prof' || kind(box) === 'rICC')) return undefined;
  const nclx = colours.find((box) => kind(box) === 'nclx');
  if (nclx === undefined) return undefined;
  const view = viewOf(bytes);
  return { primaries: view.getUint16(nclx.at + 4), transfer: view.getUint16(nclx.at + 6) };
}

/** irot and imir in the order in which they are listed, which is the order in which they apply. */
function shownAs(properties: readonly Box[], bytes: Uint8Array): Orientation {
  let axes: Axes = { flipX: false, flipY: false, transposed: false };
  for (const { type, at } of properties) {
    const value = bytes[at] ?? 0;
    if (type === 'irot') for (let turn = 0; turn < (value & 3); turn++) axes = turnedLeft(axes);
    // Axis 0 exchanges top and bottom, 1 left and right, of the picture as it is shown so far.
    if (type === 'imir') axes = mirrored(axes, (value & 1) === 1);
  }
  return orientationOf(axes);
}

/** Flips the shown picture's left and right, or top and bottom. Flips of `Axes` come before the exchange. */
function mirrored(axes: Axes, leftAndRight: boolean): Axes {
  return leftAndRight !== axes.transposed ? { ...axes, flipX: !axes.flipX } : { ...axes, flipY: !axes.flipY };
}

/** Anticlockwise by 90°: an exchange of the axes, then of top and bottom. */
function turnedLeft(axes: Axes): Axes {
  return mirrored({ ...axes, transposed: !axes.transposed }, false);
}

class Items {
  readonly primary: number;
  readonly #boxes: Boxes;
  readonly #bytes: DataView;
  readonly #meta: readonly Box[];
  readonly #types = new Map<number, string>();
  readonly #associations = new Map<number, number[]>();
  readonly #properties: readonly Box[];
  readonly #references: { type: string; from: number; to: number[] }[] = [];

  constructor(boxes: Boxes, meta: readonly Box[]) {
    this.#boxes = boxes;
    this.#bytes = boxes.view;
    this.#meta = meta;
    const pitm = this.#box('pitm');
    this.primary = this.#version(pitm) === 0 ? this.#bytes.getUint16(pitm.at + 4) : this.#bytes.getUint32(pitm.at + 4);
    this.#readTypes();
    const iprp = this.#box('iprp');
    const parts = boxes.children(iprp.at, iprp.end);
    const ipco = parts.find(({ type }) => type === 'ipco');
    this.#properties = ipco ? boxes.children(ipco.at, ipco.end) : [];
    for (const ipma of parts.filter(({ type }) => type === 'ipma')) this.#readAssociations(ipma);
    const iref = meta.find(({ type }) => type === 'iref');
    if (iref) this.#readReferences(iref);
  }

  /** Of a derived picture (a grid of tiles, say) that of its first part. */
  codec(item: number, depth = 0): string {
    const type = this.#types.get(item) ?? '';
    if (!['grid', 'iden', 'iovl', 'tmap'].includes(type) || depth > 4) return type;
    const part = this.firstPart(item);
    return part === undefined ? type : this.codec(part, depth + 1);
  }

  /** The first of the pictures that a derived one is made of. */
  firstPart(item: number): number | undefined {
    return this.#references.find(({ type, from }) => type === 'dimg' && from === item)?.to[0];
  }

  propertiesOf(item: number): Box[] {
    return (this.#associations.get(item) ?? []).flatMap((index) => this.#properties[index - 1] ?? []);
  }

  alphaOf(item: number): number | undefined {
    return this.#references.find(
      ({ type, from, to }) =>
        type === 'auxl' && to.includes(item) && this.propertiesOf(from).some((property) => this.#isAlpha(property)),
    )?.from;
  }

  isPremultiplied(item: number, alpha: number): boolean {
    return this.#references.some(({ type, from, to }) => type === 'prem' && from === item && to.includes(alpha));
  }

  #isAlpha({ type, at, end }: Box): boolean {
    return type === 'auxC' && /:alpha|:hevc:2015:auxid:1/.test(this.#boxes.text(at + 4, Math.min(end, at + 100)));
  }

  #box(type: string): Box {
    const box = this.#meta.find((one) => one.type === type);
    if (box === undefined) throw new ContainerError(`has no ${type} box`);
    return box;
  }

  #version({ at }: Box): number {
    return this.#bytes.getUint8(at);
  }

  #readTypes(): void {
    const iinf = this.#box('iinf');
    for (const infe of this.#boxes.children(iinf.at + (this.#version(iinf) === 0 ? 6 : 8), iinf.end)) {
      if (infe.type !== 'infe' || this.#version(infe) < 2) continue;
      const wide = this.#version(infe) > 2;
      const id = wide ? this.#bytes.getUint32(infe.at + 4) : this.#bytes.getUint16(infe.at + 4);
      const at = infe.at + (wide ? 10 : 8);
      this.#types.set(id, this.#boxes.text(at, at + 4));
    }
  }

  #readAssociations(ipma: Box): void {
    const wideIds = this.#version(ipma) > 0;
    const wideIndices = (this.#bytes.getUint8(ipma.at + 3) & 1) === 1;
    const count = this.#bytes.getUint32(ipma.at + 4);
    let at = ipma.at + 8;
    for (let entry = 0; entry < count && at < ipma.end; entry++) {
      const item = wideIds ? this.#bytes.getUint32(at) : this.#bytes.getUint16(at);
      at += wideIds ? 4 : 2;
      const length = this.#bytes.getUint8(at++);
      const indices = Array.from({ length }, (_, i) =>
        wideIndices ? this.#bytes.getUint16(at + 2 * i) & 0x7fff : this.#bytes.getUint8(at + i) & 0x7f,
      );
      at += length * (wideIndices ? 2 : 1);
      this.#boxes.count(1);
      this.#associations.set(item, [...(this.#associations.get(item) ?? []), ...indices].slice(0, 256));
    }
  }

  #readReferences(iref: Box): void {
    const bytes = this.#version(iref) === 0 ? 2 : 4;
    const id = (at: number) => (bytes === 2 ? this.#bytes.getUint16(at) : this.#bytes.getUint32(at));
    for (const { type, at, end } of this.#boxes.children(iref.at + 4, iref.end)) {
      const count = Math.min(this.#bytes.getUint16(at + bytes), Math.floor((end - at - bytes - 2) / bytes));
      this.#boxes.count(count);
      this.#references.push({
        ...{ type, from: id(at) },
        to: Array.from({ length: count }, (_, i) => id(at + bytes + 2 + bytes * i)),
      });
    }
  }
}

class Boxes {
  readonly view: DataView;
  readonly #bytes: Uint8Array;
  #parts = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** Boxes side by side in a range. One that reaches beyond it ends there, as in a file that was cut. */
  children(start: number, end: number): Box[] {
    const boxes: Box[] = [];
    for (let at = start; at + 8 <= end; ) {
      this.count(1);
      const small = this.view.getUint32(at);
      const large = small === 1 && at + 16 <= end;
      const size = large ? Number(this.view.getBigUint64(at + 8)) : small === 0 ? end - at : small;
      if (size < (large ? 16 : 8)) break;
      const boxEnd = Math.min(at + size, end);
      boxes.push({
        type: this.text(at + 4, at + 8),
        at: at + (large ? 16 : 8),
        end: boxEnd,
        cut: at + size > end,
      });
      at = boxEnd;
    }
    return boxes;
  }

  text(start: number, end: number): string {
    return ascii(this.#bytes, start, end);
  }

  count(parts: number): void {
    this.#parts += parts;
    if (this.#parts > partsMax) throw new ContainerError(`has more than ${partsMax} boxes and items`);
  }
}
