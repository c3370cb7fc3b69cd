import { plainOf, type GroupState, type SealedPast } from '@conclave/election';

/** What the history up to this state comes to, as far as decisions and folds look at it. */
export const pastOf = (state: GroupState): SealedPast => ({
  upTo: state.version,
  head: 'a'.repeat(64),
  state: plainOf(state),
  tenure: null,
  leases: [15_000],
  leaseMs: 0,
});
