import sharp from 'sharp';

/** The pixels of an image file as they are, in RGB: uint8 [height, width, 3] */
export async function readPixels(path: string): Promise<Uint8Array> {
  return await sharp(path).removeAlpha().raw().toBuffer();
}
