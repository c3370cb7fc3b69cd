import type { Damping, Settings } from './vocabulary.js';

// Without a schema: what makes those takes a third of the start of a command, and most need none.

/** Runner ids, group ids and taint keys share one pattern (docs/concepts.md). */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** A person, as credentials name her or him, or as somebody claims to be. */
export const PERSON_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,126}$/;
export const TAINT_EFFECTS = ['NoLead', 'NoElect', 'PreferNoLead'] as const;
export const PIN_MODES = ['strict', 'prefer'] as const;

/** No group can be set to a longer lease. */
export const LEASE_MOST_MS = 600_000;
export const DEFAULT_SETTINGS: Settings = {
  strategy: 'oldest',
  failback: 'never',
  failover: 'lease',
  leaseMs: 15_000,
  heartbeatMs: 5_000,
  drainMs: 30_000,
};
export const DEFAULT_LOSS_CONFIRM_MS = 30;

/** The values that routers use for routes: the third silence within a quarter of an hour suppresses. */
export const DEFAULT_DAMPING: Damping = {
  halfLifeMs: 900_000,
  suppressAt: 2_000,
  reuseAt: 750,
  maxSuppressMs: 3_600_000,
};
