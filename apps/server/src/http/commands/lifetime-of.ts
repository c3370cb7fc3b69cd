import type { Lifetime, Until } from '@conclave/election';

/** The end that a request gives to an operator's word; none means until it is lifted. */
export const lifetimeOf = (body: {
  expiresAt?: string | undefined;
  ttlMs?: number | undefined;
  until?: Until | undefined;
}): Lifetime => ({ expiresAt: body.expiresAt ?? null, ttlMs: body.ttlMs ?? null, until: body.until ?? null });
