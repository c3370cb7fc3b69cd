import { createRequire } from 'node:module';
import type * as Api from '@opentelemetry/api';
import type { Span, Tracer } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { VERSION } from '@conclave/kernel';

declare module 'fastify' {
  interface FastifyRequest {
    span?: Span;
  }
}

/** Where an SDK says, to all copies of this library, that it is there. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
/** Not loaded for nobody: that takes 16 ms of a start. */
let api: typeof Api | null = null;

/**
 * The tracer that somebody has registered before this process began to serve; null: nobody did, nothing is traced. Not looked for
 * before: an SDK may register itself a moment after it was loaded, when it has read what it needs.
 */
export function tracerIfAny(): Tracer | null {
  if (!(REGISTERED in globalThis)) return null;
  api = createRequire(import.meta.url)('@opentelemetry/api') as typeof Api;
  const tracer = api.trace.getTracer('conclave', VERSION);
  const span = tracer.startSpan('start');
  const isRecording = span.isRecording();
  span.end();
  return isRecording ? tracer : null;
}

/**
 * A span for each request, under the caller's (`traceparent`). Without a registered SDK there is no hook at all: beats
 * pay nothing for it.
 */
export function traceRequests(fastify: FastifyInstance, tracer: Tracer): void {
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api!;
  fastify.addHook('onRequest', (request, _, done) => {
    const parent = propagation.extract(context.active(), request.headers);
    const name = `${request.method} ${request.routeOptions.url ?? 'none'}`;
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: about(request) }, parent);
    request.span = span;
    context.with(trace.setSpan(parent, span), done);
  });
  fastify.addHook('onResponse', ({ span }, reply, done) => {
    const { statusCode } = reply.raw;
    span?.setAttribute('http.response.status_code', statusCode);
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}

/** Names as OpenTelemetry has them for HTTP; ours begin with `conclave`. */
function about(request: FastifyRequest): Record<string, string> {
  const { g: group, r: runner } = request.params as { g?: string; r?: string };
  return {
    'http.request.method': request.method,
    'http.route': request.routeOptions.url ?? 'none',
    'conclave.correlation_id': request.id,
    ...(group !== undefined && { 'conclave.group': group }),
    ...(runner !== undefined && { 'conclave.runner': runner }),
  };
}

/** A span for what takes time inside a request. */
export async function inSpan<T>(name: string, act: () => Promise<T>): Promise<T> {
  if (!api) return act();
  const { SpanStatusCode, trace } = api;
  return trace.getTracer('conclave', VERSION).startActiveSpan(name, async (span) => {
    try {
      return await act();
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
