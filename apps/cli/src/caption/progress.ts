import { Presets, SingleBar } from 'cli-progress';

/** Shows on standard error how far a run is. */
export interface RunProgress {
  /** The tally has changed. */
  step(): void;
  note(line: string): void;
  end(): void;
}

/** Counts what became of a run's images. */
export class Tally {
  done = 0;
  failed = 0;
  skipped = 0;
  /** Known once the inputs have been counted. */
  total: number | undefined;
  readonly startedAtMs = performance.now();

  get all(): number {
    return this.done + this.failed + this.skipped;
  }

  get elapsedS(): number {
    return (performance.now() - this.startedAtMs) / 1000;
  }

  /** Of what has been worked on; what is skipped takes no time. */
  get perS(): number {
    return (this.done + this.failed) / Math.max(this.elapsedS, 0.001);
  }

  get donePerS(): number {
    return this.done / Math.max(this.elapsedS, 0.001);
  }

  get leftS(): number | undefined {
    return this.total === undefined ? undefined : (this.total - this.all) / Math.max(this.perS, 0.001);
  }
}

export function inTime(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 100) return `${s} s`;
  return s < 6000 ? `${Math.round(s / 60)} min` : `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
}

/** A line every ten seconds, for logs. */
export function lineProgress(line: (text: string) => void, tally: Tally): RunProgress {
  const tell = () => {
    const left = tally.leftS === undefined ? '' : `, ${inTime(tally.leftS)} left`;
    const failed = tally.failed === 0 ? '' : `, ${tally.failed} failed`;
    line(
      `${tally.all}${tally.total === undefined ? '' : ` of ${tally.total}`}, ${tally.perS.toFixed(1)} a second${left}${failed}`,
    );
  };
  const timer = setInterval(tell, 10_000).unref();
  return { step: () => {}, note: line, end: () => clearInterval(timer) };
}

/** A bar with rate and time left, for terminals. Lines scroll by above it. */
export function barProgress(stream: NodeJS.WriteStream, tally: Tally): RunProgress {
  const format = '{bar} {value} of {total} · {rate}/s · {left} left · {failed} failed';
  const bar = new SingleBar(
    { stream, format, hideCursor: true, noTTYOutput: false, etaBuffer: 100 },
    Presets.shades_classic,
  );
  const shown = () => ({
    rate: tally.perS.toFixed(1),
    left: tally.leftS === undefined ? '?' : inTime(tally.leftS),
    failed: tally.failed,
  });
  bar.start(1, 0, shown());
  return {
    step: () => {
      bar.setTotal(Math.max(tally.total ?? 1, tally.all));
      bar.update(tally.all, shown());
    },
    note: (text) => {
      bar.stop();
      stream.write(`\r\u001B[K${text}\n`);
      bar.start(bar.getTotal(), tally.all, shown());
    },
    end: () => bar.stop(),
  };
}
