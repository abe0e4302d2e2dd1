import { createRequire } from 'node:module';
import koffi from 'koffi';

/**
 * The part of libvips' C API that decoding needs, called in the library that sharp ships. sharp itself only hands out
 * whole bitmaps; here rows are asked for as the resize takes them, so that no bitmap is ever in memory.
 *
 * Calls block and hold raw pointers: this belongs in a decoder process, which may die.
 */

/** A GObject of libvips. Every one must be released once. */
export type VipsImage = { readonly __vips: 'image' };
export type VipsRegion = { readonly __vips: 'region' };
export type VipsObject = VipsImage | VipsRegion;
type Pointer = unknown;

/** VipsBandFormat, by its number. */
const formats = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32', 'complex', 'f64', 'dpcomplex'] as const;
export type BandFormat = (typeof formats)[number];
export const sampleBytes: Readonly<Record<BandFormat, number>> = {
  ...{ u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, complex: 8, f64: 8, dpcomplex: 16 },
};

/** Loaders by name, as `vips_<name>load_buffer`. */
export type Loader = 'jpeg' | 'png' | 'webp' | 'gif' | 'heif' | 'tiff';

/** Values of VipsInterpretation. */
export const interpretation = { cmyk: 15, srgb: 22, rgb16: 25 } as const;
const perceptual = 0;
const rlimitData = 2;
const unlimited = 2n ** 64n - 1n;

type Value = number | boolean | string;
const typeOf = { number: 'int', boolean: 'int', string: 'str' } as const;

export class VipsError extends Error {
  override readonly name = 'VipsError';
}

export class Libvips {
  readonly #library = openLibrary();
  readonly #errorBuffer = this.#library.func('const char *vips_error_buffer()');
  readonly #errorClear = this.#library.func('void vips_error_clear()');
  readonly #width = this.#library.func('int vips_image_get_width(void *image)');
  readonly #height = this.#library.func('int vips_image_get_height(void *image)');
  readonly #bands = this.#library.func('int vips_image_get_bands(void *image)');
  readonly #format = this.#library.func('int vips_image_get_format(void *image)');
  readonly #interpretation = this.#library.func('int vips_image_get_interpretation(void *image)');
  readonly #typeOf = this.#library.func('size_t vips_image_get_typeof(void *image, const char *name)');
  readonly #getBlob = this.#library.func(
    'int vips_image_get_blob(void *image, const char *name, _Out_ void **data, _Out_ size_t *length)',
  );
  readonly #setBlob = this.#library.func(
    'void vips_image_set_blob_copy(void *image, const char *name, const uint8_t *data, size_t length)',
  );
  readonly #fromMemory = this.#library.func(
    'void *vips_image_new_from_memory(const uint8_t *data, size_t size, int width, int height, int bands, int format)',
  );
  readonly #regionNew = this.#library.func('void *vips_region_new(void *image)');
  readonly #regionFetch = this.#library.func(
    'void *vips_region_fetch(void *region, int left, int top, int width, int height, _Out_ size_t *length)',
  );
  readonly #unref = this.#library.func('void g_object_unref(void *object)');
  readonly #free = this.#library.func('void g_free(void *memory)');
  readonly #copy = this.#library.func('void *memcpy(_Out_ uint8_t *target, void *source, size_t length)');

  constructor() {
    const init = this.#library.func('int vips_init(const char *name)');
    if (init('blipq') !== 0) throw this.#error();
    // The pool's processes are the parallelism, and no image comes twice.
    this.#library.func('void vips_concurrency_set(int count)')(1);
    this.#library.func('void vips_cache_set_max(int count)')(0);
  }

  /**
   * Opens an image; pixels are decoded as they are fetched. `bytes` must stay as they are until the image is released.
   *
   * @throws VipsError
   */
  load(loader: Loader, bytes: Uint8Array, options: Record<string, Value> = {}): VipsImage {
    const signature = `int vips_${loader}load_buffer(const uint8_t *data, size_t length, _Out_ void **image, ...)`;
    // Sequential: 1 of VipsAccess. Rows come once, from the top.
    return this.#make(signature, (out) => [bytes, bytes.length, out], { access: 1, ...options });
  }

  /** Pixels that are in memory already, which must stay there until the image is released. */
  fromMemory(
    bytes: Uint8Array,
    { width, height, bands, format }: { width: number; height: number; bands: number; format: BandFormat },
  ): VipsImage {
    const image = this.#fromMemory(bytes, bytes.length, width, height, bands, formats.indexOf(format));
    if (image === null) throw this.#error();
    return image as VipsImage;
  }

  describe(image: VipsImage) {
    return {
      width: this.#width(image) as number,
      height: this.#height(image) as number,
      bands: this.#bands(image) as number,
      format: formats[this.#format(image) as number] ?? 'complex',
      interpretation: this.#interpretation(image) as number,
    };
  }

  /** A copy of what the loader found under `name`, as `icc-profile-data`. */
  blob(image: VipsImage, name: string): Uint8Array | undefined {
    if (this.#typeOf(image, name) === 0) return undefined;
    const [data, length]: [Pointer[], number[]] = [[null], [0]];
    if (this.#getBlob(image, name, data, length) !== 0) throw this.#error();
    const copy = new Uint8Array(Number(length[0]));
    this.#copy(copy, data[0], copy.length);
    return copy;
  }

  /** Converts to 8-bit sRGB by the embedded profile or, without one, by `inputProfile`, which libvips knows. */
  iccToSrgb(image: VipsImage, inputProfile: 'srgb' | 'cmyk'): VipsImage {
    const signature = 'int vips_icc_transform(void *image, _Out_ void **result, const char *profile, ...)';
    const options = { embedded: true, intent: perceptual, depth: 8, 'input-profile': inputProfile };
    return this.#make(signature, (out) => [image, out, 'srgb'], options);
  }

  /** The same pixels, said to be in the colours of a profile. */
  withProfile(image: VipsImage, profile: Uint8Array, space: number): VipsImage {
    const signature = 'int vips_copy(void *image, _Out_ void **result, ...)';
    const copy = this.#make(signature, (out) => [image, out], { interpretation: space });
    this.#setBlob(copy, 'icc-profile-data', profile, profile.length);
    return copy;
  }

  region(image: VipsImage): VipsRegion {
    const region = this.#regionNew(image);
    if (region === null) throw this.#error();
    return region as VipsRegion;
  }

  /**
   * Decodes rows into `target`, which must have room for them.
   *
   * @throws VipsError where the decoder gives up
   */
  fetch(region: VipsRegion, width: number, top: number, rows: number, target: Uint8Array): void {
    const length = [0];
    const pixels = this.#regionFetch(region, 0, top, width, rows, length);
    if (pixels === null) throw this.#error();
    try {
      if (Number(length[0]) > target.length) throw new RangeError(`${length[0]} bytes for ${target.length}`);
      this.#copy(target, pixels, Number(length[0]));
    } finally {
      this.#free(pixels);
    }
  }

  /**
   * Bounds the memory of this process (Linux: RLIMIT_DATA, which counts what is private and writable). An allocation
   * beyond it fails, which a decoder reports or dies of.
   */
  limitMemory(bytes: number): void {
    if (process.platform !== 'linux') return;
    const limit = this.#function('int setrlimit(int resource, const uint64_t *limit)');
    if (limit(rlimitData, BigUint64Array.of(BigInt(bytes), unlimited)) !== 0) throw new Error('setrlimit failed');
  }

  /** Has the allocator give free memory back to the system, where it is glibc's. */
  returnFreeMemory(): void {
    try {
      this.#function('int malloc_trim(size_t pad)')(0);
    } catch {
      // Others have no such function, and give it back by themselves.
    }
  }

  release(object: VipsObject): void {
    this.#unref(object);
  }

  /** What decoders have complained about since the last call; complaints are not yet failures. */
  complaints(): string {
    const text = this.#errorBuffer() as string;
    if (text !== '') this.#errorClear();
    return text;
  }

  /** Calls a function that makes an image. `args` puts the place for it among the arguments before the options. */
  #make(signature: string, args: (out: Pointer[]) => unknown[], options: Record<string, Value>): VipsImage {
    const out: Pointer[] = [null];
    if (this.#function(signature)(...args(out), ...variable(options)) !== 0) throw this.#error();
    return out[0] as VipsImage;
  }

  readonly #declared = new Map<string, (...args: unknown[]) => unknown>();

  /** A function that is declared when it is first needed. */
  #function(signature: string): (...args: unknown[]) => unknown {
    const declared = this.#declared.get(signature) ?? this.#library.func(signature);
    this.#declared.set(signature, declared);
    return declared;
  }

  #error(): VipsError {
    return new VipsError(this.complaints().trim());
  }
}

/** Names and values as libvips' variadic functions take them, up to the null that ends them. */
function variable(options: Record<string, Value>): unknown[] {
  const named = Object.entries(options).flatMap(([name, value]) => [
    ...['str', name],
    ...[typeOf[typeof value as keyof typeof typeOf], typeof value === 'boolean' ? Number(value) : value],
  ]);
  return [...named, 'void *', null];
}

/** libvips as sharp brings it for this platform. */
function openLibrary() {
  const ofSharp = createRequire(createRequire(import.meta.url).resolve('sharp'));
  const platforms = [process.platform, ...(process.platform === 'linux' ? ['linuxmusl'] : [])];
  const problems: unknown[] = [];
  for (const platform of platforms) {
    try {
      return koffi.load(ofSharp.resolve(`@img/sharp-libvips-${platform}-${process.arch}/binary`));
    } catch (problem) {
      problems.push(problem);
    }
  }
  throw new AggregateError(problems, `no libvips of sharp for ${process.platform}-${process.arch}`);
}
