import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Picture } from './containers/picture.js';
import { HeldObjects } from './held-objects.js';
import { interpretation, type Libvips, sampleBytes, VipsError } from './libvips.js';
import type { Raster } from './raster.js';
import { changesColours } from './srgb-profile.js';

/** The part of libheif's C API that is used; structs that are returned are written to the first argument. */
interface Libheif {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  _heif_context_alloc(): number;
  _heif_context_free(context: number): void;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    at: number,
    bytes: number,
    o: number,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
  _heif_image_handle_release(handle: number): void;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_image_handle_get_luma_bits_per_pixel(handle: number): number;
  _heif_image_handle_get_image_tiling(error: number, handle: number, transformed: number, tiling: number): void;
  _heif_image_handle_get_raw_color_profile_size(handle: number): number;
  _heif_image_handle_get_raw_color_profile(error: number, handle: number, profile: number): void;
  _heif_decoding_options_alloc(): number;
  _heif_decoding_options_free(options: number): void;
  _heif_decode_image(error: number, handle: number, image: number, space: number, chroma: number, o: number): void;
  _heif_image_handle_decode_image_tile(
    ...args: [
      error: number,
      handle: number,
      image: number,
      space: number,
      chroma: number,
      o: number,
      x: number,
      y: number,
    ]
  ): void;
  _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
  _heif_image_release(image: number): void;
}

/** heif_colorspace_RGB, and heif_chroma_interleaved_RGB, RGBA and the same of 16 bits, little-endian. */
const rgb = 1;
const chroma = { u8: { 3: 10, 4: 11 }, u16: { 3: 14, 4: 15 } } as const;
const interleaved = 10;

export class HeifError extends Error {
  override readonly name = 'HeifError';
}

/**
 * Decodes HEIC by libheif in WebAssembly, tile by tile where the picture is a grid of them, as phones store it: then
 * one row of tiles is in memory. `irot` and `imir` are left to the caller.
 *
 * @throws HeifError
 */
export function openHeic(libvips: Libvips, picture: Picture): Raster {
  const heif = new HeifFile(picture.bytes);
  const { width, height, tileHeight, bands } = heif;
  const crop = picture.crop ?? { left: 0, top: 0, width, height };
  if (crop.left + crop.width > width || crop.top + crop.height > height) {
    heif.close();
    throw new HeifError('The picture is smaller than its crop.');
  }
  const profile = picture.colour ? undefined : heif.profile();
  const convert = profile && changesColours(profile, bands) ? converter(libvips, profile, heif) : undefined;
  const format = convert ? 'u8' : heif.format;
  const pixelBytes = bands * sampleBytes[format];
  let band: { row: number; bytes: Uint8Array } | undefined;
  const bandOf = (row: number) => {
    if (band?.row !== row) {
      band = undefined;
      const bytes = heif.tileRow(row);
      band = { row, bytes: convert ? convert(bytes) : bytes };
    }
    return band.bytes;
  };
  return {
    ...{ width: crop.width, height: crop.height, bands, format },
    read(top, rows, target) {
      for (let y = 0; y < rows; y++) {
        const stored = crop.top + top + y;
        const row = Math.floor(stored / tileHeight);
        const from = ((stored - row * tileHeight) * width + crop.left) * pixelBytes;
        const samples = bandOf(row).subarray(from, from + crop.width * pixelBytes);
        target.set(samples, y * crop.width * pixelBytes);
      }
    },
    endedEarly: () => false,
    close: () => heif.close(),
  };
}

/**
 * Converts rows by a profile, to 8 bits. Each call makes a new transform, which takes milliseconds.
 *
 * @returns undefined for a profile that does not fit the pixels, which is ignored
 */
function converter(libvips: Libvips, profile: Uint8Array, { width, bands, format }: HeifFile) {
  const space = format === 'u8' ? interpretation.srgb : interpretation.rgb16;
  const convert = (bytes: Uint8Array): Uint8Array => {
    const held = new HeldObjects(libvips);
    try {
      const rows = bytes.length / (width * bands * sampleBytes[format]);
      const image = held.hold(libvips.fromMemory(bytes, { width, height: rows, bands, format }));
      const coloured = held.hold(libvips.withProfile(image, profile, space));
      const region = held.hold(libvips.region(held.hold(libvips.iccToSrgb(coloured, 'srgb'))));
      const out = new Uint8Array(width * rows * bands);
      libvips.fetch(region, width, 0, rows, out);
      return out;
    } finally {
      held.release();
    }
  };
  try {
    convert(new Uint8Array(width * bands * sampleBytes[format]));
    return convert;
  } catch (error) {
    if (error instanceof VipsError) return undefined;
    throw error;
  }
}

class HeifFile {
  readonly width: number;
  readonly height: number;
  readonly tileHeight: number;
  readonly bands: 3 | 4;
  readonly format: 'u8' | 'u16';
  readonly #heif = openLibrary();
  readonly #scratch: number;
  readonly #file: number;
  readonly #context: number;
  #handle = 0;
  readonly #options: number;
  readonly #bits: number;
  readonly #columns: number;
  readonly #tileWidth: number;

  constructor(bytes: Uint8Array) {
    const heif = this.#heif;
    // An error is three words; out parameters follow, a tiling of up to 30 words among them.
    this.#scratch = heif._malloc(256);
    this.#file = heif._malloc(bytes.length);
    heif.HEAPU8.set(bytes, this.#file);
    this.#context = heif._heif_context_alloc();
    this.#options = heif._heif_decoding_options_alloc();
    // ignore_transformations, the second byte of every version of the struct.
    heif.HEAPU8[this.#options + 1] = 1;
    const tiling = this.#scratch + 64;
    try {
      this.#call((error) =>
        heif._heif_context_read_from_memory_without_copy(error, this.#context, this.#file, bytes.length, 0),
      );
      this.#handle = this.#out((error, out) => heif._heif_context_get_primary_image_handle(error, this.#context, out));
      this.#call((error) => heif._heif_image_handle_get_image_tiling(error, this.#handle, 0, tiling));
    } catch (error) {
      this.close();
      throw error;
    }
    const [, columns, , tileWidth, tileHeight, width, height] = heif.HEAPU32.subarray(tiling / 4, tiling / 4 + 7);
    this.bands = heif._heif_image_handle_has_alpha_channel(this.#handle) ? 4 : 3;
    this.#bits = heif._heif_image_handle_get_luma_bits_per_pixel(this.#handle);
    this.format = this.#bits > 8 ? 'u16' : 'u8';
    [this.width, this.height] = [width!, height!];
    // A picture with alpha has it in an item of its own, which tiles do not bring.
    const whole = this.bands === 4 || columns === 0;
    this.#columns = whole ? 1 : columns!;
    this.#tileWidth = whole ? width! : tileWidth!;
    this.tileHeight = whole ? height! : tileHeight!;
  }

  /** The samples of one row of tiles, rows side by side. */
  tileRow(row: number): Uint8Array {
    const rows = Math.min(this.tileHeight, this.height - row * this.tileHeight);
    const pixelBytes = this.bands * sampleBytes[this.format];
    const stride = this.width * pixelBytes;
    const band = new Uint8Array(rows * stride);
    for (let column = 0; column < this.#columns; column++) {
      const image = this.#decode(column, row);
      try {
        const at = this.#scratch + 64;
        const plane = this.#heif._heif_image_get_plane_readonly(image, interleaved, at);
        const from = this.#heif.HEAPU32[at / 4]!;
        const left = column * this.#tileWidth;
        const columns = Math.min(this.#heif._heif_image_get_width(image, interleaved), this.width - left);
        const filled = Math.min(this.#heif._heif_image_get_height(image, interleaved), rows);
        for (let y = 0; y < filled; y++) {
          const samples = this.#heif.HEAPU8.subarray(plane + y * from, plane + y * from + columns * pixelBytes);
          band.set(samples, y * stride + left * pixelBytes);
        }
      } finally {
        this.#heif._heif_image_release(image);
      }
    }
    if (this.format === 'u16') scaleTo16(band, this.#bits);
    return band;
  }

  profile(): Uint8Array | undefined {
    const length = this.#heif._heif_image_handle_get_raw_color_profile_size(this.#handle);
    if (length === 0) return undefined;
    const at = this.#heif._malloc(length);
    this.#call((error) => this.#heif._heif_image_handle_get_raw_color_profile(error, this.#handle, at));
    const profile = this.#heif.HEAPU8.slice(at, at + length);
    this.#heif._free(at);
    return profile;
  }

  close(): void {
    this.#heif._heif_decoding_options_free(this.#options);
    if (this.#handle !== 0) this.#heif._heif_image_handle_release(this.#handle);
    this.#heif._heif_context_free(this.#context);
    this.#heif._free(this.#file);
    this.#heif._free(this.#scratch);
    if (this.#heif.HEAPU8.length > moduleBytesMax) library = undefined;
  }

  #decode(column: number, row: number): number {
    const how = chroma[this.format][this.bands];
    return this.#out((error, out) =>
      this.#columns === 1 && this.tileHeight === this.height
        ? this.#heif._heif_decode_image(error, this.#handle, out, rgb, how, this.#options)
        : this.#heif._heif_image_handle_decode_image_tile(
            error,
            this.#handle,
            out,
            rgb,
            how,
            this.#options,
            column,
            row,
          ),
    );
  }

  #out(call: (error: number, out: number) => void): number {
    const out = this.#scratch + 32;
    this.#call((error) => call(error, out));
    return this.#heif.HEAPU32[out / 4]!;
  }

  /** @throws HeifError for heif_error's code and subcode, and its message */
  #call(call: (error: number) => void): void {
    call(this.#scratch);
    const [code, subcode, message] = this.#heif.HEAPU32.subarray(this.#scratch / 4, this.#scratch / 4 + 3);
    if (code === 0) return;
    const text = this.#heif.HEAPU8.subarray(message!, this.#heif.HEAPU8.indexOf(0, message));
    throw new HeifError(`${Buffer.from(text).toString('latin1')} (${code}.${subcode})`);
  }
}

/** Samples of 9 to 15 bits stretched over 16. */
function scaleTo16(bytes: Uint8Array, bits: number): void {
  const samples = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const scale = 65_535 / (2 ** bits - 1);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.round(samples[i]! * scale);
}

/** A module whose memory has grown beyond this is not used again: it never shrinks. */
const moduleBytesMax = 64 * 1024 * 1024;
let library: Libheif | undefined;

function openLibrary(): Libheif {
  if (library === undefined) {
    const require = createRequire(import.meta.url);
    const wasmBinary = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
    library = require('libheif-js/libheif-wasm/libheif.js')({ wasmBinary }) as Libheif;
  }
  return library;
}
