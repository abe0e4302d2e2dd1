import {
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Span, SpanAttributes, SpanOptions, Tracer } from './span.js';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Spans kept by OpenTelemetry's API, for whichever SDK is registered with it. */
export const openTelemetry: Tracer = {
  async inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    const { kind = 'internal', parent, attributes = {} } = options;
    const from = parent === undefined ? context.active() : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
    return await tracer().startActiveSpan(name, { kind: kinds[kind], attributes }, from, async (span) => {
      const fail = (type: string) => {
        span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
      };
      try {
        return await work({
          rename: (to) => void span.updateName(to),
          set: (more) => void span.setAttributes(more),
          fail,
        });
      } catch (error) {
        const { code, name: type } = error as Error & { code?: unknown };
        fail(typeof code === 'string' ? code : type);
        throw error;
      } finally {
        span.end();
      }
    });
  },

  pastSpan(name: string, startMs: number, endMs: number, attributes: SpanAttributes): void {
    tracer().startSpan(name, { startTime: startMs, attributes }).end(endMs);
  },

  current() {
    const at = trace.getActiveSpan()?.spanContext();
    if (at === undefined || !isSpanContextValid(at)) return undefined;
    const flags = at.traceFlags.toString(16).padStart(2, '0');
    return { traceparent: `00-${at.traceId}-${at.spanId}-${flags}`, trace_id: at.traceId, span_id: at.spanId };
  },
};

const tracer = () => trace.getTracer('blipq');
