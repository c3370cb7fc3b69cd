import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** False once what it showed counts no more, or not for this; null while authentication is off. */
    mayStill: (() => Promise<boolean>) | null;
  }
}

const LOOK_MS = 1_000;

/** Whoever listens for hours was let in once: calls `end` soon after his credential has ended. Call the answer to stop looking. */
export function whenCredentialEnds({ mayStill }: FastifyRequest, end: () => void): () => void {
  if (!mayStill) return () => undefined;
  const look = async (): Promise<void> => {
    if (!(await mayStill())) end();
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => clearInterval(timer);
}
