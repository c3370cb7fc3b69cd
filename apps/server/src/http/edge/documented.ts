import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ProblemReply } from '@conclave/contract';
import type { Audience, Rule } from '@conclave/access';
import { PROBLEMS, type ProblemCode } from '@conclave/contract';
import { Allowed } from './rules.js';

/** OpenAPI of one route, and whom it is for: a summary, what it answers, and which problems of the catalogue it may give. */
export function Documented(
  given: Audience | Rule,
  summary: string,
  replies: Record<number, z.ZodType>,
  problems: readonly ProblemCode[] = [],
): MethodDecorator {
  const rule: Rule = typeof given === 'string' ? { audience: given, scope: 'group' } : given;
  const isOpen = rule.audience === 'operations';
  const always = ['invalid-request', 'not-ready', 'overloaded', ...(isOpen ? [] : UNPROVED)] as const;
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...always, ...problems])) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ...(problems.includes('idempotency-key-reused') ? [CommandHeaders()] : []),
    ...(rule.audience === 'runners' && rule.also?.includes('operator') ? [ActorHeader()] : []),
    Allowed(rule),
    ApiTags(rule.audience),
    ApiOperation({ summary }),
    ...Object.entries(replies)
      .filter(([status]) => !byStatus.has(Number(status)))
      .map(([status, schema]) =>
        ApiResponse({ status: Number(status), description: summary, standardSchema: schema as never }),
      ),
    ...[...byStatus].map(([status, codes]) =>
      ApiResponse({
        status,
        description: [...(replies[status] ? [summary] : []), ...codes].join(', '),
        standardSchema: (replies[status] ?? ProblemReply) as never,
      }),
    ),
  );
}

const UNPROVED = ['unauthenticated', 'forbidden', 'issuer-unavailable'] as const;

/** What a request shows that speaks for a process. */
export const RunnerHeaders = (): MethodDecorator =>
  ApiHeader({
    name: 'X-Conclave-Secret',
    required: false,
    description: 'of the process that it speaks for, if it registered with one: 32 to 128 of A-Z a-z 0-9 _ -',
  });

/** What says who operates. */
export const ActorHeader = (): MethodDecorator =>
  ApiHeader({
    name: 'X-Conclave-Actor',
    required: false,
    description:
      'who does it, recorded as claimed:<name>; with authentication on the credential says who it is',
  });

/** Of all commands to a group, whoever gives them. */
const CommandHeaders = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: "makes a repeat safe: answered with the first run's events",
    }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'the ETag of a read: refuses the command if the group changed since',
    }),
  );

/** What any question about the history of a group may be refused with. */
export const AUDIT_REFUSALS = [
  'group-unknown',
  'group-deleted',
  'history-sealed',
  'position-not-reached',
  'store-unavailable',
] as const;

/** What any operator command about a runner may be refused with. */
export const OPERATOR_REFUSALS = [
  'group-unknown',
  'group-deleted',
  'runner-unknown',
  'term-stale',
  'version-conflict',
  'idempotency-key-reused',
  'contended',
  'store-unavailable',
  'store-full',
] as const;
