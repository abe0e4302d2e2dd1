import { exifOrientation, type Orientation } from '../orientation.js';
import {
  ascii,
  ContainerError,
  type Picture,
  partsMax,
  profileBytesMax,
  Selection,
  UnsupportedKind,
  viewOf,
} from './picture.js';

const marker = { sos: 0xda, eoi: 0xd9, app0: 0xe0, app1: 0xe1, app2: 0xe2, app14: 0xee, app15: 0xef, com: 0xfe };
/** Progressive files of cameras and encoders have about ten; each costs a walk over every coefficient. */
const scansMax = 100;
/** Frames that libjpeg does not decode at all. */
const unsupportedFrames: Readonly<Record<number, string>> = {
  ...{ 195: 'lossless', 197: 'hierarchical', 198: 'hierarchical', 199: 'lossless hierarchical' },
  ...{
    203: 'lossless',
    205: 'hierarchical',
    206: 'hierarchical',
    207: 'lossless hierarchical',
    247: 'lossless (JPEG-LS)',
  },
};
const isFrame = (type: number) => type >= 0xc0 && type <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(type);

interface Component {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
}

interface Frame {
  readonly type: number;
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
}

/**
 * JPEG (ITU-T T.81, T.871). Only the first image of a file is shown: others behind it are previews and gain maps. Of
 * the application segments only the colour profile and Adobe's and JFIF's marks of the colour space go to the decoder.
 */
export function readJpeg(bytes: Uint8Array): Picture {
  const selection = new Selection(bytes);
  const found: { frame?: Frame; orientation?: Orientation } = {};
  let [parts, profileBytes] = [0, 0];
  let at = 2;
  for (;;) {
    const segment = nextSegment(bytes, at);
    if (segment === undefined) throw new ContainerError('ends before its pixels begin');
    const { type, start, content, end } = segment;
    // Bytes that belong nowhere, which decoders warn about; only their first warning is to be seen.
    if (start > at) selection.drop(at, start);
    if (type === marker.sos) break;
    if (type === marker.eoi) throw new ContainerError('has no pixels');
    if (++parts > partsMax) throw new ContainerError(`has more than ${partsMax} segments that are not pixels`);
    if (isFrame(type) || type in unsupportedFrames) found.frame ??= frameOf(type, content);
    if (type === marker.app1 && ascii(content, 0, 6) === 'Exif\0\0') {
      found.orientation ??= exifOrientation(content.subarray(6));
    }
    const profile = type === marker.app2 && ascii(content, 0, 12) === 'ICC_PROFILE\0';
    if (profile) profileBytes += content.length;
    if (isUnneeded(type, profile && profileBytes <= profileBytesMax)) selection.drop(start, end);
    at = end;
  }
  const { frame } = found;
  if (frame === undefined) throw new ContainerError('has no header');
  const scans = scansOf(bytes, at, frame);
  return {
    ...{ format: 'jpeg', bytes: selection.bytes(), width: frame.width, height: frame.height },
    orientation: found.orientation ?? 1,
    memoryBytes: scans ? coefficientBytes(frame) : 0,
    ...(scans && { complete: scans.complete }),
  };
}

function isUnneeded(type: number, neededProfile: boolean): boolean {
  if (type === marker.com) return true;
  return type > marker.app0 && type <= marker.app15 && type !== marker.app14 && !neededProfile;
}

/** The next marker from `at` on, over fill bytes and over bytes that belong nowhere, as decoders read. */
function nextSegment(bytes: Uint8Array, at: number) {
  for (let start = bytes.indexOf(0xff, at); start >= 0; start = bytes.indexOf(0xff, start + 1)) {
    const type = bytes[start + 1];
    if (type === undefined) return undefined;
    if (type === 0 || type === 0xff || (type >= 0xd0 && type <= 0xd8) || type === 0x01) continue;
    if (type === marker.eoi) return { type, start, content: bytes.subarray(0, 0), end: start + 2 };
    if (start + 4 > bytes.length) return undefined;
    const end = start + 2 + viewOf(bytes).getUint16(start + 2);
    return {
      type,
      start,
      content: bytes.subarray(start + 4, end),
      end: Math.min(Math.max(end, start + 4), bytes.length),
    };
  }
  return undefined;
}

function frameOf(type: number, content: Uint8Array): Frame {
  if (content.length < 6) throw new ContainerError('has no valid header');
  const [view, unsupported] = [viewOf(content), unsupportedFrames[type]];
  if (unsupported) throw new UnsupportedKind(`is ${unsupported}, which is not supported. Save it as a baseline JPEG`);
  if (content[0] !== 8) {
    throw new UnsupportedKind(
      `has ${content[0]} bits per sample; only 8 are supported. Save it as an 8-bit JPEG or as a PNG`,
    );
  }
  const components = Array.from({ length: Math.floor((content.length - 6) / 3) }, (_, i): Component => {
    const sampling = content[7 + 3 * i]!;
    return { id: content[6 + 3 * i]!, horizontal: sampling >> 4, vertical: sampling & 15 };
  });
  return { type, width: view.getUint16(3), height: view.getUint16(1), components };
}

/** Bytes of all coefficients, which a file in several scans is decoded from. */
function coefficientBytes({ width, height, components }: Frame): number {
  const [across, down] = [
    components.reduce((most, { horizontal }) => Math.max(most, horizontal), 1),
    components.reduce((most, { vertical }) => Math.max(most, vertical), 1),
  ];
  const share = components.reduce(
    (sum, { horizontal, vertical }) => sum + (horizontal * vertical) / (across * down),
    0,
  );
  return Math.ceil(2 * share * (width + 8 * across) * (height + 8 * down));
}

/**
 * Walks the scans of a file that has several. `complete`: each coefficient of each component is there to its last bit,
 * or its last scan at least begins, so that what a cut took is fine detail. Undefined for a file in one scan.
 */
function scansOf(bytes: Uint8Array, first: number, { type, components }: Frame): { complete: boolean } | undefined {
  const progressive = type === 0xc2 || type === 0xca;
  const missing = new Set(components.map(({ id }) => id));
  let count = 0;
  for (let segment = nextSegment(bytes, first); segment; segment = nextSegment(bytes, segment.end)) {
    if (segment.type === marker.eoi) break;
    if (segment.type !== marker.sos) continue;
    if (++count > scansMax) throw new ContainerError(`has more than ${scansMax} scans`);
    const { content } = segment;
    const listed = content[0] ?? 0;
    const [to, low] = [content[2 + 2 * listed] ?? 0, (content[3 + 2 * listed] ?? 0) & 15];
    const ids = Array.from({ length: listed }, (_, i) => content[1 + 2 * i]!);
    if (!progressive && ids.length === components.length) return undefined;
    if (!progressive || (to === 63 && low === 0)) for (const id of ids) missing.delete(id);
  }
  return { complete: missing.size === 0 };
}
