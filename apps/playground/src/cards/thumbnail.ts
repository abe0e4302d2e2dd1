/** Length of a thumbnail's longer side: twice what a card shows, for dense screens. */
const sideMax = 192;
/** Images are decoded one after the other: the largest that the server takes come to 300 MB each. */
let last: Promise<unknown> = Promise.resolve();

/** A small copy of a file or a data: URL, as a data: URL; undefined for kinds that this browser does not know. */
export function thumbnailOf(image: Blob | string): Promise<string | undefined> {
  const made = last.then(() => draw(image)).catch(() => undefined);
  last = made;
  return made;
}

async function draw(image: Blob | string): Promise<string | undefined> {
  // What is elsewhere is not asked for.
  if (typeof image === 'string' && !image.startsWith('data:')) return undefined;
  const decoded = typeof image === 'string' ? await loaded(image) : await createImageBitmap(image);
  const scale = Math.min(1, sideMax / Math.max(decoded.width, decoded.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(decoded.width * scale));
  canvas.height = Math.max(1, Math.round(decoded.height * scale));
  canvas.getContext('2d')!.drawImage(decoded, 0, 0, canvas.width, canvas.height);
  if (decoded instanceof ImageBitmap) decoded.close();
  return canvas.toDataURL('image/webp', 0.8);
}

async function loaded(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}
