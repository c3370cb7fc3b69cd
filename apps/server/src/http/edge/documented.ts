import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ProblemReply } from '@conclave/contract';
import { PROBLEMS, type ProblemCode } from '@conclave/contract';

/** OpenAPI of one route: a summary, what it answers, and which problems of the catalogue it may give. */
export function Documented(tag: string, summary: string, replies: Record<number, z.ZodType>, problems: ProblemCode[] = []): MethodDecorator {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of ['invalid-request', 'not-ready', ...problems] as const) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiTags(tag),
    ApiOperation({ summary }),
    ...Object.entries(replies).map(([status, schema]) =>
      ApiResponse({ status: Number(status), description: summary, standardSchema: schema as never }),
    ),
    ...[...byStatus].map(([status, codes]) => ApiResponse({ status, description: codes.join(', '), standardSchema: ProblemReply as never })),
  );
}

/** Headers that every operator command takes. */
export const OperatorHeaders = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({ name: 'X-Conclave-Actor', required: false, description: 'who does it, recorded as operator:<name>' }),
    ApiHeader({ name: 'Idempotency-Key', required: false, description: "makes a repeat safe: answered with the first run's events" }),
    ApiHeader({ name: 'If-Match', required: false, description: 'the ETag of a read: refuses the command if the group changed since' }),
  );

/** What any operator command about a runner may be refused with. */
export const OPERATOR_REFUSALS = [
  'group-unknown',
  'runner-unknown',
  'term-stale',
  'version-conflict',
  'idempotency-key-reused',
  'contended',
  'store-unavailable',
  'store-full',
] as const;
