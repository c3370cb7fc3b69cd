import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ProblemReply } from '@conclave/contract';
import { PROBLEMS, type ProblemCode } from '@conclave/contract';

/** For whom a route is; what a guard of rights reads (`Reflector.get(AUDIENCE, handler)`). */
export type Audience = 'runners' | 'consumers' | 'operators' | 'auditors' | 'operations';
export const AUDIENCE = 'conclave:audience';

/** OpenAPI of one route: a summary, what it answers, and which problems of the catalogue it may give. */
export function Documented(
  audience: Audience,
  summary: string,
  replies: Record<number, z.ZodType>,
  problems: ProblemCode[] = [],
): MethodDecorator {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of ['invalid-request', 'not-ready', ...problems] as const) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    SetMetadata(AUDIENCE, audience),
    ApiTags(audience),
    ApiOperation({ summary }),
    ...Object.entries(replies).map(([status, schema]) =>
      ApiResponse({ status: Number(status), description: summary, standardSchema: schema as never }),
    ),
    ...[...byStatus].map(([status, codes]) =>
      ApiResponse({ status, description: codes.join(', '), standardSchema: ProblemReply as never }),
    ),
  );
}

/** What a request shows that speaks for a process. */
export const RunnerHeaders = (): MethodDecorator =>
  ApiHeader({
    name: 'X-Conclave-Secret',
    required: false,
    description: 'of the process that it speaks for, if it registered with one: 32 to 128 of A-Z a-z 0-9 _ -',
  });

/** Headers that every operator command takes. */
export const OperatorHeaders = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'X-Conclave-Actor',
      required: false,
      description: 'who does it, recorded as operator:<name>',
    }),
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
