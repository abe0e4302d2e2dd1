const levels: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** Fields of a log line that a person at a terminal has no use for. */
const unshown = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'err', 'doing']);

/**
 * Turns one JSON log line into `12:34:56 worker  warn  message  key=value`. Text that is not a log line comes back
 * as it is, so that a program's stray output is still seen.
 */
export function prettyLogLine(line: string): string {
  const entry = parseEntry(line);
  if (entry === undefined) return line.trimEnd();
  const { level, time, name, msg } = entry;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const fields = Object.entries(entry)
    .filter(([key]) => !unshown.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const parts = [clock, String(name ?? '').padEnd(8), (levels[Number(level)] ?? '').padEnd(5), msg, ...fields];
  return [...parts.filter((part) => part !== undefined), stackOf(entry.err)].filter((part) => part !== '').join(' ');
}

/** What a JSON log line says in words alone: what is being done (`doing`), or else its message. */
export function logLineWords(line: string): string {
  const { doing, msg } = parseEntry(line) ?? {};
  return String(doing ?? msg ?? line);
}

/** The level of a JSON log line (30 is info), or undefined when the text is not a log line. */
export function logLineLevel(line: string): number | undefined {
  const entry = parseEntry(line);
  return entry === undefined ? undefined : Number(entry.level);
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'level' in entry && 'time' in entry
      ? (entry as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function stackOf(err: unknown): string {
  if (typeof err !== 'object' || err === null) return '';
  const { stack, message } = err as { stack?: unknown; message?: unknown };
  return `\n  ${String(stack ?? message ?? '').replaceAll('\n', '\n  ')}`;
}
