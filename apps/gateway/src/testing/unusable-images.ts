import { readFile } from 'node:fs/promises';
import { blankPng } from '@blipq/pixels/testing';
import { repositoryFile } from './live-gateway.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="9" height="9"/></svg>',
);

/** Images that cannot be captioned, with the status and code of the answer on `/v1`. */
export const unusableImages: [name: string, image: Buffer, status: number, code: string][] = [
  ['text instead of an image', Buffer.from('hello'), 415, 'unsupported_media_type'],
  ['random bytes', Buffer.alloc(4096, 0xa5), 415, 'unsupported_media_type'],
  ['an SVG', svg, 415, 'unsupported_media_type'],
  ['a PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n'), 415, 'unsupported_media_type'],
  ['an HTML page', Buffer.from('<!doctype html><p>hi'), 415, 'unsupported_media_type'],
  ['a BMP signature', Buffer.concat([Buffer.from('BM'), Buffer.alloc(200)]), 415, 'unsupported_media_type'],
  ['a truncated JPEG', photo.subarray(0, 20_000), 422, 'image_corrupt'],
  ['a JPEG signature and nothing else', Buffer.from('ffd8ffe000104a464946', 'hex'), 422, 'image_corrupt'],
  ['a PNG signature and noise', Buffer.from(`89504e470d0a1a0a${'5a'.repeat(400)}`, 'hex'), 422, 'image_corrupt'],
  ['a truncated PNG', blankPng(500, 500).subarray(0, 60), 422, 'image_corrupt'],
  ['a decompression bomb', blankPng(16_000, 16_000), 422, 'image_dimensions'],
  ['a 1×1 image', blankPng(1, 1), 422, 'image_dimensions'],
  ['a 20000×10 image', blankPng(20_000, 10), 422, 'image_dimensions'],
  ['a 15×400 image', blankPng(15, 400), 422, 'image_dimensions'],
  ['30 MB', Buffer.concat([photo, Buffer.alloc(30_000_000)]), 413, 'image_too_large'],
  [
    'one byte more than 20 MiB',
    Buffer.concat([photo, Buffer.alloc(20_971_521 - photo.length)]),
    413,
    'image_too_large',
  ],
  ['zero bytes', Buffer.alloc(0), 400, 'missing_image'],
];
