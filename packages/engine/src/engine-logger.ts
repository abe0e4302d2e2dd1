type Log = (fields: object, message: string) => void;

/** What the engine needs of a logger; a pino logger fits. */
export interface EngineLogger {
  debug: Log;
  info: Log;
  warn: Log;
}
