// OpenTelemetry, off and free unless an OTLP endpoint is set: without one nothing of the SDK is even loaded.
import { context, propagation, type Span, SpanStatusCode, trace } from '@opentelemetry/api';

export type Telemetry = { stop: () => Promise<void> };

/** Starts the SDK when OTEL_EXPORTER_OTLP_ENDPOINT (or its traces form) is set; call before anything makes spans. */
export async function startTelemetry(serviceName: string, endpoint: string | undefined): Promise<Telemetry> {
  if (!endpoint) return { stop: async () => undefined };
  const [{ NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const sdk = new NodeSDK({
    serviceName,
    traceExporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  return { stop: () => sdk.shutdown() };
}

const tracer = trace.getTracer('aiguy');

/** Runs work inside a span; a rejection marks the span and goes on. Attributes hold names and numbers, never content. */
export async function inSpan<T>(name: string, attributes: Record<string, string | number | boolean>, work: (span: Span) => Promise<T>): Promise<T> {
  return await tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Runs work as part of the trace whose W3C traceparent the headers carry. */
export function withRemoteTrace<T>(headers: Record<string, unknown>, work: () => T): T {
  return context.with(propagation.extract(context.active(), headers), work);
}

/** Headers that carry the active trace to the next process; empty when telemetry is off. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}
