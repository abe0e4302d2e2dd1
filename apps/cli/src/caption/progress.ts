import { Presets, SingleBar } from 'cli-progress';

/** How a run is told of on standard error. */
export interface RunProgress {
  /** Said once it is known. */
  total(count: number): void;
  done(): void;
  failed(): void;
  skipped(): void;
  note(line: string): void;
  end(): void;
}

export class Tally {
  done = 0;
  failed = 0;
  skipped = 0;
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
  return {
    total: (count) => {
      tally.total = count;
    },
    done: () => tally.done++,
    failed: () => tally.failed++,
    skipped: () => tally.skipped++,
    note: line,
    end: () => clearInterval(timer),
  };
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
  const step = () => bar.update(tally.all, shown());
  const lines = lineProgress(() => {}, tally);
  const count = (name: 'done' | 'failed' | 'skipped') => () => {
    lines[name]();
    if (tally.all > bar.getTotal()) bar.setTotal(tally.all);
    step();
  };
  return {
    total: (total) => {
      lines.total(total);
      bar.setTotal(Math.max(total, 1));
    },
    done: count('done'),
    failed: count('failed'),
    skipped: count('skipped'),
    note: (text) => {
      bar.stop();
      stream.write(`\r\u001B[K${text}\n`);
      bar.start(bar.getTotal(), tally.all, shown());
    },
    end: () => {
      lines.end();
      bar.stop();
    },
  };
}
