import type { SealedHistory, SealedPast } from '@conclave/contract';
import type { Append } from './append.js';
import { initialState, type GroupState } from '../model/state.js';
import { DEFAULT_SETTINGS, type Id } from '../model/vocabulary.js';
import { plainOf, stateOf } from './plain.js';
import { addToTenures, type Tenure } from './tenures.js';

export { plainOf, stateOf } from './plain.js';
export type { PlainGroup, SealedHistory, SealedMark, SealedPast } from '@conclave/contract';

// The border between what is sealed in archives and the rest: the past in plain JSON, and a fold that begins with it.

/** It seals all that was before it: the group is as it says, in which people may be forgotten. */
export const isWhole = ({ upTo }: Pick<SealedHistory, 'upTo'>, version: number): boolean =>
  upTo === version - 1;

/** What of a past that is sealed may be said: nothing up to there. */
export const sealedTo = ({ sealed }: Pick<GroupState, 'sealed'>): number => sealed?.upTo ?? 0;

/** Folds a history, from its beginning or from what is sealed before it, to all that its rest will need of it. */
export class PastFold {
  state: GroupState;
  private head: string;
  private readonly tenures: Tenure[] = [];
  private readonly leases: Set<number>;
  private leaseMs = 0;

  constructor(group: Id, past: SealedPast | null) {
    this.state = past ? stateOf(past.state) : initialState(group);
    this.head = past?.head ?? '';
    this.leases = new Set(past?.leases ?? [DEFAULT_SETTINGS.leaseMs]);
    this.leaseMs = past?.leaseMs ?? 0;
    if (past?.tenure) this.tenures.push(past.tenure);
  }

  take(append: Append): void {
    addToTenures(this.tenures, append);
    this.tenures.splice(0, this.tenures.length - 1);
    this.state = append.after;
    this.head = append.events.at(-1)!.meta.hash;
    for (const event of append.events) {
      if (event.type === 'GroupConfigured') this.leases.add(event.data.settings.leaseMs);
      if (event.type === 'LeaderElected') this.leaseMs = event.data.leaseMs;
    }
    const { leadership, settings } = append.after;
    this.leaseMs = leadership ? Math.max(this.leaseMs, settings.leaseMs) : 0;
  }

  /** Once there is an event, or a past. */
  get past(): SealedPast {
    const { state, head, leases, leaseMs } = this;
    return {
      upTo: state.version,
      head,
      state: plainOf(state),
      tenure: this.tenures.at(-1) ?? null,
      leases: [...leases].sort((a, b) => a - b),
      leaseMs,
    };
  }
}
