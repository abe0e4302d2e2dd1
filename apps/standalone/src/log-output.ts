import { logLineLevel, prettyLogLine } from '@blipq/service';

const warn = 40;

export interface LogOutputOptions {
  write(text: string): void;
  /** Lines for people instead of JSON. */
  pretty: boolean;
  /** Once everything is up, only warnings and worse. */
  quiet: boolean;
}

/** Passes the children's log lines on: all of them while they start, which shows what is going on, then fewer. */
export class LogOutput {
  readonly #options: LogOutputOptions;
  #started = false;

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  /** From now on everything is up. */
  started(): void {
    this.#started = true;
  }

  line(text: string): void {
    const { write, pretty, quiet } = this.#options;
    const level = logLineLevel(text);
    if (quiet && this.#started && level !== undefined && level < warn) return;
    write(pretty ? prettyLogLine(text) : text);
  }
}
