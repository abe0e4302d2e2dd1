import type { DownloadProgress } from './hub-model.js';

/** For logs: passes on the first progress of a download and then one for each further tenth of it. */
export function atEachTenth(tell: (progress: DownloadProgress) => void): (progress: DownloadProgress) => void {
  let last = { bytesTotal: -1, tenth: -1 };
  return (progress) => {
    const { bytesDone, bytesTotal } = progress;
    const tenth = Math.floor((10 * bytesDone) / bytesTotal);
    if (bytesTotal === last.bytesTotal && tenth <= last.tenth) return;
    last = { bytesTotal, tenth };
    tell(progress);
  };
}
