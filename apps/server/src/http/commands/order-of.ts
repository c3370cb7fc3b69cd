import type { FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { Secret } from '@conclave/contract';
import type { Order } from '@conclave/coordination';
import type { Id } from '@conclave/election';
import { digestOf, isPerson } from '@conclave/event-store';
import { derivedUuid, randomUuid } from '@conclave/kernel';
import { callerOf } from '../access/callers.js';
import { headerOf, invalidHeader, shownHashOf } from '../edge/headers.js';

const CORRELATION = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's own id for the request, if it sent a usable one. */
export function correlationIdOf(headers: IncomingHttpHeaders): string | null {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && CORRELATION.test(given) ? given : null;
}

/** Of the secret that a request shows: itself it goes nowhere from here. */
export function secretHashOf(request: FastifyRequest): string | undefined {
  const secret = headerOf(request, 'x-conclave-secret');
  if (secret === undefined) return undefined;
  return Secret.safeParse(secret).success
    ? shownHashOf(request, secret)
    : invalidHeader('X-Conclave-Secret', 'must be 32 to 128 letters, digits, "_" or "-"');
}

function ifVersionOf(request: FastifyRequest): Order['ifVersion'] {
  const given = headerOf(request, 'if-match');
  if (given === undefined || given === '*') return given;
  const version =
    /^(?:W\/)?"(\d{1,15})"$/.exec(given)?.[1] ??
    invalidHeader('If-Match', 'must be the ETag of a read, like "17", or *');
  return Number(version);
}

/** What is derived from it must not tell who somebody was (docs/formats.md, people). */
const nameless = (actor: string): string => (isPerson(actor) ? 'operator' : actor);

/** What the path says, however it was spelled: a repeat may come over another way. */
function pathAsked({ routeOptions, params }: FastifyRequest): string {
  const given = params as Record<string, string>;
  return routeOptions.url!.replace(/:([A-Za-z]+)/g, (_, name: string) => given[name]!);
}

/** Everything about a command that is not its content, from headers and the validated request. */
export function orderOf(
  request: FastifyRequest,
  group: Id,
  actor: string,
  content: { reason?: string | undefined; ifTerm?: number | undefined },
): Order {
  const key = headerOf(request, 'idempotency-key');
  if (key !== undefined && (key.length === 0 || key.length > 255))
    invalidHeader('Idempotency-Key', 'must have 1 to 255 characters');
  const { reason = null, ...asked } = content;
  return {
    actor,
    auth: callerOf(request).auth,
    reason,
    correlationId: request.id,
    ifTerm: content.ifTerm,
    ifVersion: ifVersionOf(request),
    commandId: key === undefined ? randomUuid() : derivedUuid(group, nameless(actor), key),
    requestHash: digestOf({ method: request.method, path: pathAsked(request), content: asked }),
  };
}
