import { viewOf } from './containers/picture.js';

/** How a stored image is shown, as EXIF counts it (tag 0x0112): 1 as it is, 6 turned clockwise by 90°. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Which axes of the stored image are shown the other way round, and whether they are exchanged after that. */
export interface Axes {
  readonly flipX: boolean;
  readonly flipY: boolean;
  readonly transposed: boolean;
}

export function axesOf(orientation: Orientation): Axes {
  return {
    flipX: [2, 3, 7, 8].includes(orientation),
    flipY: [3, 4, 6, 7].includes(orientation),
    transposed: orientation >= 5,
  };
}

/** The inverse of `axesOf`. */
export function orientationOf({ flipX, flipY, transposed }: Axes): Orientation {
  const all = [1, 2, 3, 4, 5, 6, 7, 8] as const;
  return all.find((orientation) => {
    const axes = axesOf(orientation);
    return axes.flipX === flipX && axes.flipY === flipY && axes.transposed === transposed;
  })!;
}

/** A number that a file gives as its orientation; 1 where it is none. */
export function orientationFrom(value: number): Orientation {
  return value >= 1 && value <= 8 ? (value as Orientation) : 1;
}

/**
 * The orientation in EXIF's TIFF structure; 1 where it says none. Reads the entries of the first directory only, and
 * nothing beyond the end.
 */
export function exifOrientation(exif: Uint8Array): Orientation {
  const view = viewOf(exif);
  const order = view.byteLength >= 8 ? view.getUint16(0) : 0;
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const count = Math.min(view.getUint16(directory, little), Math.floor((view.byteLength - directory - 2) / 12));
  for (let entry = 0; entry < count; entry++) {
    const at = directory + 2 + 12 * entry;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const value =
      view.getUint16(at + 2, little) === 4 ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little);
    return orientationFrom(value);
  }
  return 1;
}
