import type { Cicp } from './containers/picture.js';

/** Light: 0 is black, 1 the white of a picture in standard dynamic range. */
type Curve = (signal: number) => number;
type Matrix = readonly (readonly [number, number, number])[];
/** CIE 1931 x, y of red, green, blue and white. */
type Chromaticities = readonly [number, number, number, number, number, number, number, number];

const d65 = [0.3127, 0.329] as const;
const bt709: Chromaticities = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, ...d65];
/** ITU-T H.273 table 2. */
const primaries: Readonly<Record<number, Chromaticities>> = {
  1: bt709,
  4: [0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.31, 0.316],
  5: [0.64, 0.33, 0.29, 0.6, 0.15, 0.06, ...d65],
  6: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, ...d65],
  7: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, ...d65],
  8: [0.681, 0.319, 0.243, 0.692, 0.145, 0.049, 0.31, 0.316],
  9: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, ...d65],
  11: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351],
  12: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, ...d65],
  22: [0.63, 0.34, 0.295, 0.605, 0.155, 0.077, ...d65],
};

/** Nits of white in a picture in high dynamic range (ITU-R BT.2408), which becomes the white of the screen. */
const referenceWhite = 203;
/** HLG is scene light; on a screen of this peak it is shown with a gamma of 1.2 (BT.2100). */
const hlgPeak = 1000;
const hlgGamma = 1.2;
/** Light from here on is compressed instead of clipped, in pictures that have more than white. */
const knee = 0.8;

/** IEC 61966-2-1. */
export const srgbLight: Curve = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/** SMPTE ST 2084. */
const pq: Curve = (v) => {
  const power = v ** (1 / 78.84375);
  const nits = 10_000 * (Math.max(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125);
  return nits / referenceWhite;
};

/** BT.2100's inverse OETF; the screen's gamma follows, since it depends on all three channels. */
const hlg: Curve = (v) => (v <= 0.5 ? v ** 2 / 3 : (Math.exp((v - 0.55991073) / 0.17883277) + 0.28466892) / 12);

/**
 * ITU-T H.273 table 3. The camera curves of BT.709, 601 and 2020 are shown by the screen's, as browsers do; so they
 * are sRGB's here.
 */
const transfers: Readonly<Record<number, Curve>> = {
  ...{ 1: srgbLight, 6: srgbLight, 11: srgbLight, 13: srgbLight, 14: srgbLight, 15: srgbLight },
  ...{
    4: (v: number) => v ** 2.2,
    5: (v: number) => v ** 2.8,
    8: (v: number) => v,
    16: pq,
    17: (v: number) => v ** 2.6 * (52.37 / 48),
  },
  18: hlg,
};

/** Steps of a signal that are told apart, and of light on its way back. */
const signalSteps = 65_536;
const lightSteps = 16_384;

/** Converts one pixel of 16-bit signals to sRGB: writes three bytes to `target` at `at`. */
export type ColourConversion = (red: number, green: number, blue: number, target: Uint8Array, at: number) => void;

/**
 * The conversion from a colour space to sRGB in standard dynamic range, or undefined where pixels are sRGB already, as
 * they are taken to be where the numbers say nothing.
 */
export function conversionFrom({ primaries: space, transfer }: Cicp): ColourConversion | undefined {
  const chromaticities = primaries[space] ?? bt709;
  const curve = transfers[transfer] ?? srgbLight;
  if (chromaticities === bt709 && curve === srgbLight) return undefined;
  const toLight = Float32Array.from({ length: signalSteps }, (_, signal) => curve(signal / (signalSteps - 1)));
  const [r, g, b] = rgbToRgb(chromaticities, bt709) as [Matrix[0], Matrix[0], Matrix[0]];
  const high = transfer === 16 || transfer === 18;
  const luminance = transfer === 18 ? xyzMatrix(chromaticities)[1]! : undefined;
  return (red, green, blue, target, at) => {
    let [x, y, z] = [toLight[red]!, toLight[green]!, toLight[blue]!];
    if (luminance) {
      const light = luminance[0] * x + luminance[1] * y + luminance[2] * z;
      const gain = light > 0 ? (light ** (hlgGamma - 1) * hlgPeak) / referenceWhite : 0;
      [x, y, z] = [x * gain, y * gain, z * gain];
    }
    let linearR = r![0] * x + r![1] * y + r![2] * z;
    let linearG = g![0] * x + g![1] * y + g![2] * z;
    let linearB = b![0] * x + b![1] * y + b![2] * z;
    if (high) {
      const most = Math.max(linearR, linearG, linearB);
      const share = most > knee ? compressed(most) / most : 1;
      [linearR, linearG, linearB] = [linearR * share, linearG * share, linearB * share];
    }
    target[at] = toSignal(linearR);
    target[at + 1] = toSignal(linearG);
    target[at + 2] = toSignal(linearB);
  };
}

const level = (value: number) => Math.min(Math.max(Math.round(value), 0), 255);

/** Y′CbCr as TIFF 6.0 §21 has it by default, which is JFIF's: BT.601, over the full range. */
export const fromYCbCr: ColourConversion = (luma, blue, red, target, at) => {
  const y = luma / 257;
  const cb = blue / 257 - 128;
  const cr = red / 257 - 128;
  target[at] = level(y + 1.402 * cr);
  target[at + 1] = level(y - 0.344_136 * cb - 0.714_136 * cr);
  target[at + 2] = level(y + 1.772 * cb);
};

/** From the knee on ever flatter, towards 1: highlights keep their order and their hue. */
function compressed(light: number): number {
  const beyond = (light - knee) / (1 - knee);
  return knee + (1 - knee) * (beyond / (1 + beyond));
}

const signals = Uint8Array.from({ length: lightSteps + 1 }, (_, step) => {
  const light = step / lightSteps;
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
});

function toSignal(light: number): number {
  if (!(light > 0)) return 0;
  return signals[light >= 1 ? lightSteps : Math.round(light * lightSteps)]!;
}

/** Linear light of one space to another's, white to white (Bradford). */
function rgbToRgb(from: Chromaticities, to: Chromaticities): Matrix {
  const adapted = multiply(adaptation(from, to), xyzMatrix(from));
  return multiply(inverse(xyzMatrix(to)), adapted);
}

function xyzMatrix([rx, ry, gx, gy, bx, by, wx, wy]: Chromaticities): Matrix {
  const column = (x: number, y: number) => [x / y, 1, (1 - x - y) / y] as const;
  const [r, g, b, white] = [column(rx, ry), column(gx, gy), column(bx, by), column(wx, wy)];
  const unscaled: Matrix = [0, 1, 2].map((i) => [r[i]!, g[i]!, b[i]!] as const);
  const scale = apply(inverse(unscaled), white);
  return unscaled.map((row) => [row[0] * scale[0], row[1] * scale[1], row[2] * scale[2]] as const);
}

const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

function adaptation(from: Chromaticities, to: Chromaticities): Matrix {
  const cone = ([, , , , , , x, y]: Chromaticities) => apply(bradford, [x / y, 1, (1 - x - y) / y]);
  const [source, target] = [cone(from), cone(to)];
  const scaled = bradford.map((row, i) => row.map((value) => (value * target[i]!) / source[i]!)) as unknown as Matrix;
  return multiply(inverse(bradford), scaled);
}

function apply(matrix: Matrix, [x, y, z]: readonly [number, number, number]): [number, number, number] {
  return matrix.map((row) => row[0] * x + row[1] * y + row[2] * z) as [number, number, number];
}

function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    [0, 1, 2].map((j) => row[0] * b[0]![j]! + row[1] * b[1]![j]! + row[2] * b[2]![j]!),
  ) as unknown as Matrix;
}

function inverse(m: Matrix): Matrix {
  const [[a, b, c], [d, e, f], [g, h, i]] = m as [Matrix[0], Matrix[0], Matrix[0]] as [
    [number, number, number],
    [number, number, number],
    [number, number, number],
  ];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    [(e * i - f * h) / determinant, (c * h - b * i) / determinant, (b * f - c * e) / determinant],
    [(f * g - d * i) / determinant, (a * i - c * g) / determinant, (c * d - a * f) / determinant],
    [(d * h - e * g) / determinant, (b * g - a * h) / determinant, (a * e - b * d) / determinant],
  ];
}
