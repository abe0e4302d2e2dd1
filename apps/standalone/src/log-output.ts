import { logLineLevel, logLineWords, prettyLogLine } from '@blipq/service';

const warn = 40;

export interface LogOutputOptions {
  write(text: string): void;
  /** Lines for people instead of JSON. */
  pretty: boolean;
  /** What is going on in words while everything starts, and once it is up only warnings and worse. */
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

  /** @param who it is that says so, for people */
  line(text: string, who: string): void {
    const { write, pretty, quiet } = this.#options;
    const level = logLineLevel(text);
    const isNews = level === undefined || level >= warn;
    if (quiet && this.#started && !isNews) return;
    if (!pretty) write(text);
    else write(quiet && !isNews ? `${who}: ${logLineWords(text)}` : prettyLogLine(text));
  }
}
