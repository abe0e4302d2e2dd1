import { srgbLight } from './colour-spaces.js';
import { viewOf } from './containers/picture.js';

/**
 * sRGB's primaries, adapted to D50 as ICC profiles hold them, and their tolerance: profiles in the wild differ by
 * rounding only.
 */
const primaries = {
  rXYZ: [0.43607, 0.22249, 0.01392],
  gXYZ: [0.38515, 0.71687, 0.09708],
  bXYZ: [0.14307, 0.06061, 0.7141],
} as const;
const primaryTolerance = 0.002;
/** Of linear light; less than half a level of 255 wherever the curve is not nearly black. */
const curveTolerance = 0.0015;
const curveSamples = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95];

/**
 * Whether pixels of so many samples have to be converted by an embedded profile: it is one for such pixels, and not
 * sRGB. Profiles of other spaces would be followed, too, if they had as many channels: Lab, say.
 */
export function changesColours(profile: Uint8Array, bands: number): boolean {
  const view = viewOf(profile);
  if (profile.length < 128 || text(view, 16) !== (bands < 3 ? 'GRAY' : 'RGB ')) return false;
  return !isSrgb(profile);
}

/**
 * Whether an ICC profile (ICC.1:2022) says what is assumed without one: sRGB. Cameras and editors embed such profiles
 * nearly always, and converting sRGB to sRGB takes half as long again as decoding. It is judged by its numbers, since
 * profiles lie in their names; whatever is not a plain matrix profile is taken for another one.
 */
export function isSrgb(profile: Uint8Array): boolean {
  const view = viewOf(profile);
  try {
    if (text(view, 16) !== 'RGB ' || text(view, 20) !== 'XYZ ') return false;
    const tags = tagOffsets(view);
    if (tags.has('A2B0')) return false;
    const primariesMatch = Object.entries(primaries).every(([tag, xyz]) => isXyz(view, tags.get(tag), xyz));
    return primariesMatch && ['rTRC', 'gTRC', 'bTRC'].every((tag) => isSrgbCurve(view, tags.get(tag)));
  } catch (error) {
    // Offsets that lead out of the profile.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function tagOffsets(view: DataView): Map<string, number> {
  const count = Math.min(view.getUint32(128), 100);
  return new Map(Array.from({ length: count }, (_, i) => [text(view, 132 + 12 * i), view.getUint32(136 + 12 * i)]));
}

function isXyz(view: DataView, at: number | undefined, expected: readonly number[]): boolean {
  if (at === undefined || text(view, at) !== 'XYZ ') return false;
  return expected.every((value, i) => Math.abs(fixed(view, at + 8 + 4 * i) - value) <= primaryTolerance);
}

function isSrgbCurve(view: DataView, at: number | undefined): boolean {
  if (at === undefined) return false;
  const type = text(view, at);
  const curve = type === 'curv' ? tableCurve(view, at) : type === 'para' ? parametricCurve(view, at) : undefined;
  return curve !== undefined && curveSamples.every((x) => Math.abs(curve(x) - srgbLight(x)) <= curveTolerance);
}

/** A table of u16 over 0 … 1. Without entries it is the identity, with one a gamma: neither is sRGB's curve. */
function tableCurve(view: DataView, at: number): ((x: number) => number) | undefined {
  const count = view.getUint32(at + 8);
  if (count < 256) return undefined;
  const entry = (index: number) => view.getUint16(at + 12 + 2 * index) / 65_535;
  return (x) => {
    const place = x * (count - 1);
    const below = Math.floor(place);
    return entry(below) + (place - below) * (entry(Math.min(below + 1, count - 1)) - entry(below));
  };
}

/** Type 3: (ax + b)^g from d on, cx below; the form in which sRGB is defined. */
function parametricCurve(view: DataView, at: number): ((x: number) => number) | undefined {
  if (view.getUint16(at + 8) !== 3) return undefined;
  const [g, a, b, c, d] = Array.from({ length: 5 }, (_, i) => fixed(view, at + 12 + 4 * i)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return (x) => (x >= d ? (a * x + b) ** g : c * x);
}

/** s15Fixed16. */
function fixed(view: DataView, at: number): number {
  return view.getInt32(at) / 65_536;
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)));
}
