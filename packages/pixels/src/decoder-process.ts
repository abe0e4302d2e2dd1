import { openSync, readSync, writeSync, writevSync } from 'node:fs';
import { BlipqError } from '@blipq/contracts';
import { LargeImage } from './check-cost.js';
import { type DecodeReply, type DecodeResult, pixelFile, requestHeadBytes } from './decoder-messages.js';
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
const sharesFile = process.argv[3] === 'file';
const libvips = new Libvips();
const resizer = new Resizer();
const collect = (globalThis as { gc?: () => void }).gc;

// A terminal's Ctrl-C goes to all of its processes; this one ends when its parent has no more images.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const status = process.platform === 'linux' ? openSync('/proc/self/status', 'r') : undefined;
const statusText = Buffer.alloc(4096);
/** Most images are read into the same place, which leaves no garbage. */
const [head, smallFile] = [new Uint8Array(requestHeadBytes), new Uint8Array(collectFromBytes)];
const base = memory();
let held = base;
reply({ status: 'ready' });
for (;;) {
  if (!readFully(head)) process.exit(0);
  const [length, size, large] = new Uint32Array(head.buffer);
  const bytes = length! > smallFile.length ? new Uint8Array(length!) : smallFile.subarray(0, length);
  if (!readFully(bytes)) process.exit(0);
  const result = answer(bytes, size!, large === 1);
  held = memory();
  if (large === 1 || bytes.length > collectFromBytes || held.residentBytes > base.residentBytes + collectFromResident) {
    collect?.();
    libvips.returnFreeMemory();
    held = memory();
  }
  const retires = held.dataBytes > base.dataBytes + keptBytesMax;
  const inFile = result.pixels !== undefined && sharesFile && leave(result.pixels);
  reply({ ...result.message, retires, inFile }, inFile ? undefined : result.pixels);
  if (retires) process.exit(0);
}

function answer(bytes: Uint8Array, size: number, large: boolean): { message: DecodeResult; pixels?: Uint8Array } {
  const heldBytes = Math.max(base.dataBytes, held.dataBytes);
  libvips.limitMemory(heldBytes + (large ? limits.largeMemoryBytes : limits.memoryBytes));
  try {
    const { rgb, ...image } = imageToPixels(bytes, size, { limits, libvips, resizer, large });
    return { message: { status: 'done', image }, pixels: rgb };
  } catch (error) {
    if (error instanceof LargeImage) return { message: { status: 'large' } };
    if (error instanceof BlipqError) return { message: { status: 'refused', code: error.code, detail: error.detail } };
    return { message: { status: 'failed', message: String((error as Error).stack ?? error) } };
  }
}

/** @returns false where the file cannot be written: its file system is full */
function leave(pixels: Uint8Array): boolean {
  try {
    for (let at = 0; at < pixels.length; ) at += writeSync(pixelFile, pixels, at, pixels.length - at, at);
    return true;
  } catch {
    return false;
  }
}

function reply(message: DecodeReply, pixels: Uint8Array = new Uint8Array()): void {
  const { user, system } = process.cpuUsage();
  const json = Buffer.from(JSON.stringify({ ...message, cpuMs: (user + system) / 1000 }));
  const begin = Buffer.concat([new Uint8Array(Uint32Array.of(json.length, pixels.length).buffer), json]);
  for (let at = 0; at < begin.length + pixels.length; ) {
    const rest = [begin.subarray(at), pixels.subarray(Math.max(at - begin.length, 0))];
    at += retried(() => writevSync(output, rest));
  }
}

/** @returns false where the input ends before */
function readFully(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const count = retried(() => readSync(input, bytes, at, bytes.length - at, null));
    if (count === 0) return false;
    at += count;
  }
  return true;
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

/** What this process holds: all that is resident, and what RLIMIT_DATA counts (Linux). */
function memory(): { residentBytes: number; dataBytes: number } {
  if (status === undefined) return { residentBytes: process.memoryUsage.rss(), dataBytes: 0 };
  const text = statusText.toString('latin1', 0, readSync(status, statusText, 0, statusText.length, 0));
  const bytes = (line: RegExp) => Number(line.exec(text)![1]) * 1024;
  return { residentBytes: bytes(/^VmRSS:\s+(\d+) kB/m), dataBytes: bytes(/^VmData:\s+(\d+) kB/m) };
}
