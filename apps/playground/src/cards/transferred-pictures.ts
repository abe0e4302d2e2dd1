import type { GivenImage } from './card.js';

/** The pictures in a list of files; what is none of them, the server says. */
export function picturesOf(files: FileList | null | undefined): GivenImage[] {
  return [...(files ?? [])].map((file) => ({ name: file.name || 'pasted image', source: file }));
}

/** Files, or the address of an image that was dragged from another page or copied. */
export function transferredPictures(data: DataTransfer | null): GivenImage[] {
  const files = picturesOf(data?.files);
  if (files.length > 0 || !data) return files;
  const text = data.getData('text/uri-list') || data.getData('text/plain');
  const lines = text.split('\n').map((line) => line.trim());
  const address = lines.find((line) => /^(https?:\/\/|data:image\/)\S+$/.test(line));
  return address ? [addressedPicture(address)] : [];
}

/** A picture that the server fetches, named after the end of its path. */
export function addressedPicture(source: string): GivenImage {
  if (source.startsWith('data:')) return { name: 'data URL', source };
  if (!URL.canParse(source)) return { name: source, source };
  const { pathname, host } = new URL(source);
  const end = pathname.split('/').findLast((part) => part !== '') ?? host;
  try {
    return { name: decodeURIComponent(end), source };
  } catch {
    return { name: end, source };
  }
}
