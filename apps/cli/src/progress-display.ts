import { phaseWords } from '@blipq/engine';
import { atEachTenth, type DownloadProgress, downloadWords, inWords } from '@blipq/hub';
import { Presets, SingleBar } from 'cli-progress';

/** Shows a person, or a log, how far things are. */
export interface ProgressDisplay {
  download(this: void, progress: DownloadProgress): void;
  phase(name: string): void;
  note(text: string): void;
  /** Leaves the terminal as it was. */
  end(): void;
}

/** Lines on a stream: each phase once, a download at each tenth of it. */
export function progressLines(line: (text: string) => void): ProgressDisplay {
  let current = '';
  return {
    download: atEachTenth((progress) => line(downloadWords(progress))),
    phase: (name) => {
      if (name !== current) line(phaseWords[name] ?? name);
      current = name;
    },
    note: line,
    end: () => {},
  };
}

/** A bar on a terminal for the download; the rest is lines. */
export function progressBar(stream: NodeJS.WritableStream): ProgressDisplay {
  const bar = new SingleBar(
    {
      stream,
      format: '{file} {bar} {percentage}% of {size}, {eta_formatted} left',
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  const end = () => bar.isActive && bar.stop();
  const lines = progressLines((text) => {
    end();
    stream.write(`${text}\n`);
  });
  return {
    ...lines,
    download: ({ file, bytesDone, bytesTotal }) => {
      const shown = { file, size: inWords(bytesTotal) };
      if (bar.isActive && bar.getTotal() === bytesTotal) bar.update(bytesDone, shown);
      else bar.start(bytesTotal, bytesDone, shown);
      if (bytesDone === bytesTotal) end();
    },
    end,
  };
}
