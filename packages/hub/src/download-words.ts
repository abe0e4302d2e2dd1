import { inWords } from './free-space.js';
import type { DownloadProgress } from './hub-model.js';

/** How far a download is: "downloading model.safetensors: 190 MB of 1.9 GB (10 %)". */
export function downloadWords({ file, bytesDone, bytesTotal }: DownloadProgress): string {
  const percent = Math.floor((100 * bytesDone) / bytesTotal);
  return `downloading ${file}: ${inWords(bytesDone)} of ${inWords(bytesTotal)} (${percent} %)`;
}
