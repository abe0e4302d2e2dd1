import { type Logger, pino } from 'pino';
import { prettyLogLine } from './pretty-log-line.js';
import { traceFields } from './span.js';

export type { Logger };

export interface LoggerOptions {
  /** The program's name, on every line. */
  name: string;
  level: string;
  /** Lines for people instead of JSON. */
  pretty?: boolean;
}

/** Fields that may carry a secret, at the top of a log line or one level down. */
const secrets = ['password', 'secret', 'token', 'authorization', 'cookie', 'apiKey', 'redisUrl'];

/** What a Redis command was given (a password, pixels) goes with the error of its refusal. */
const commandArguments = ['*.command.args', '*.lastNodeError.command.args'];

/** A logger that writes JSON lines (or lines for people) to standard output, without what looks like a secret. */
export function createLogger({ name, level, pretty = false }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    mixin: traceFields,
    redact: {
      paths: [
        ...[...secrets, ...secrets.map((field) => `*.${field}`), ...secrets.map((field) => `*.headers.${field}`)],
        ...commandArguments,
      ],
      censor: '[redacted]',
    },
  };
  if (!pretty) return pino(options);
  return pino(options, { write: (line) => process.stdout.write(`${prettyLogLine(line)}\n`) });
}
