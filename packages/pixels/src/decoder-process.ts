import { readFileSync, readSync, writeSync } from 'node:fs';
import { BlipqError } from '@blipq/contracts';
import { LargeImage } from './check-cost.js';
import { type DecodeReply, type DecodeResult, requestHeadBytes } from './decoder-messages.js';
import { imageToPixels } from './image-to-pixels.js';
import { Libvips } from './libvips.js';
import type { ImageLimits } from './limits.js';
import { Resizer } from './resizer.js';

/**
 * Entry of a decoder process. It reads a request, decodes, replies, and reads on, until its input ends. Everything
 * blocks: an image that takes too long is ended by killing the process, one that takes too much memory by the kernel's
 * refusal.
 */

const [input, output] = [0, 1];
/** Garbage of images beyond this is collected before the next one, whose memory it would count against. */
const collectFromBytes = 1024 * 1024;
/** The same of what the process has grown by, whatever the file's size. */
const collectFromResident = 40 * 1024 * 1024;

/** What a process may keep of images that it has decoded, for the next ones; beyond it a fresh one takes over. */
const keptBytesMax = 64 * 1024 * 1024;

const limits: ImageLimits = JSON.parse(process.argv[2]!);
const libvips = new Libvips();
const resizer = new Resizer();
const collect = (globalThis as { gc?: () => void }).gc;

// A terminal's Ctrl-C goes to all of its processes; this one ends when its parent has no more images.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const baseBytes = dataBytes();
const baseResidentBytes = process.memoryUsage.rss();
reply({ status: 'ready' });
for (;;) {
  const head = readFully(requestHeadBytes);
  if (head === undefined) process.exit(0);
  const [length, size, large] = new Uint32Array(head.buffer);
  const bytes = readFully(length!);
  if (bytes === undefined) process.exit(0);
  const result = answer(bytes, size!, large === 1);
  if (
    large === 1 ||
    bytes.length > collectFromBytes ||
    process.memoryUsage.rss() > baseResidentBytes + collectFromResident
  ) {
    collect?.();
    libvips.returnFreeMemory();
  }
  const retires = dataBytes() > baseBytes + keptBytesMax;
  reply({ ...result.message, retires }, result.pixels);
  if (retires) process.exit(0);
}

function answer(bytes: Uint8Array, size: number, large: boolean): { message: DecodeResult; pixels?: Uint8Array } {
  libvips.limitMemory(Math.max(baseBytes, dataBytes()) + (large ? limits.largeMemoryBytes : limits.memoryBytes));
  try {
    const { rgb, ...image } = imageToPixels(bytes, size, { limits, libvips, resizer, large });
    return { message: { status: 'done', image }, pixels: rgb };
  } catch (error) {
    if (error instanceof LargeImage) return { message: { status: 'large' } };
    if (error instanceof BlipqError) return { message: { status: 'refused', code: error.code, detail: error.detail } };
    return { message: { status: 'failed', message: String((error as Error).stack ?? error) } };
  }
}

function reply(message: DecodeReply, pixels: Uint8Array = new Uint8Array()): void {
  const json = Buffer.from(JSON.stringify(message));
  const head = Buffer.from(Uint32Array.of(json.length, pixels.length).buffer);
  for (const part of [Buffer.concat([head, json]), pixels]) {
    for (let at = 0; at < part.length; ) at += retried(() => writeSync(output, part, at, part.length - at));
  }
}

/** @returns undefined where the input ends before */
function readFully(length: number): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const count = retried(() => readSync(input, bytes, at, length - at, null));
    if (count === 0) return undefined;
    at += count;
  }
  return bytes;
}

/** Signals interrupt calls that block. */
function retried(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'ECONNRESET') process.exit(0);
      if (code !== 'EINTR' && code !== 'EAGAIN') throw error;
    }
  }
}

/** What RLIMIT_DATA counts, of this process as it is now. */
function dataBytes(): number {
  if (process.platform !== 'linux') return 0;
  return Number(/^VmData:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}
