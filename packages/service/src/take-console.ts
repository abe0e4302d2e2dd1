import { format } from 'node:util';
import { Reminders } from './reminders.js';

/** ioredis (6.0) takes the refusal of protected mode, which speaks of a password too, for this. QueueHealth finds it. */
const untrue = '[WARN] Redis server does not require a password, but a password was supplied.';

/**
 * Takes what libraries print on the console, such as errors that nobody listens to, so that a process's output has lines
 * of its own only. The same text is written once a minute.
 */
export function takeConsole(write: (text: string) => void): void {
  const reminders = new Reminders();
  const take = (...values: unknown[]) => {
    const text = format(...values);
    if (text !== untrue && reminders.due(text) !== undefined) write(text);
  };
  for (const method of ['trace', 'debug', 'log', 'info', 'warn', 'error'] as const) console[method] = take;
}
