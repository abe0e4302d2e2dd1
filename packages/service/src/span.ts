/** Ids, names and counts. Nothing that a caller wrote. */
export type SpanAttributes = Record<string, string | number>;

export interface SpanOptions {
  /** Default: internal. */
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** The `traceparent` (W3C Trace Context) to continue. Default: the span that this is called in. */
  parent?: string | undefined;
  attributes?: SpanAttributes;
}

/** What the work inside a span may say of it. */
export interface Span {
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** @param type a code or a status, not a message, which may quote what a caller sent */
  fail(type: string): void;
}

/** Who keeps spans; see open-telemetry.ts. */
export interface Tracer {
  inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  pastSpan(name: string, startMs: number, endMs: number, attributes: SpanAttributes): void;
  current(): { traceparent: string; trace_id: string; span_id: string } | undefined;
}

/** One for the process, as OpenTelemetry has it; none until `startTracing`, and then spans cost nothing. */
let tracer: Tracer | undefined;
const unkept: Span = { rename: () => {}, set: () => {}, fail: () => {} };

/** Has all spans of this process kept from now on. */
export function keepSpans(by: Tracer): void {
  tracer = by;
}

/** Does some work inside a span. Work that rejects fails its span. */
export async function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  return await (tracer === undefined ? work(unkept) : tracer.inSpan(name, options, work));
}

/** Adds a span that has ended, below the one that this is called in. Times are milliseconds since 1970. */
export function pastSpan(name: string, startMs: number, endMs: number, attributes: SpanAttributes = {}): void {
  tracer?.pastSpan(name, startMs, endMs, attributes);
}

/** The `traceparent` of the span that this is called in, to be continued elsewhere; undefined outside of any. */
export function traceparent(): string | undefined {
  return tracer?.current()?.traceparent;
}

/** What a log line says of the span that it is written in. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  const { trace_id, span_id } = tracer?.current() ?? {};
  return trace_id === undefined ? {} : { trace_id, span_id: span_id! };
}
