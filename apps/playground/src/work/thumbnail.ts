/** Length of a thumbnail's longer side: twice what a card shows, for dense screens. */
const sideMax = 192;
/** Images are decoded one after the other: the largest that the server takes come to 300 MB each. */
let last: Promise<unknown> = Promise.resolve();

/** A small copy of an image as a data: URL; undefined for kinds that this browser does not know. */
export function thumbnailOf(image: Blob): Promise<string | undefined> {
  const made = last.then(() => draw(image));
  last = made;
  return made;
}

async function draw(image: Blob): Promise<string | undefined> {
  try {
    const bitmap = await createImageBitmap(image);
    const scale = Math.min(1, sideMax / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas.toDataURL('image/webp', 0.8);
  } catch {
    return undefined;
  }
}
