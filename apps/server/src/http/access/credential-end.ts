import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../edge/api-problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** False once what it showed counts no more, or not for this; null while authentication is off. */
    mayStill: (() => Promise<boolean>) | null;
  }
}

const LOOK_MS = 1_000;

/** Rejects for whoever was let in before a long wait, and would not be now. */
export async function checkStill({ mayStill }: FastifyRequest): Promise<void> {
  if (mayStill && !(await mayStill()))
    throw new ApiProblem(
      'unauthenticated',
      'what you showed has ended meanwhile, or is not enough any more. Ask again with one that counts.',
    );
}

/**
 * Whoever listens for hours was let in once: calls `end` soon after his credential has ended, `looked` while it has not. Call the
 * answer to stop looking.
 */
export function whenCredentialEnds(
  { mayStill }: FastifyRequest,
  end: () => void,
  looked: () => void = () => undefined,
): () => void {
  if (!mayStill) return () => undefined;
  const look = async (): Promise<void> => ((await mayStill()) ? looked() : end());
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => clearInterval(timer);
}
