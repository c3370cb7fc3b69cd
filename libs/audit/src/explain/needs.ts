import {
  outrankedBy,
  outranks,
  ranking,
  suppressedUntil,
  type GroupState,
  type Id,
  type Iso,
  type RunnerState,
  type Verdict,
} from '@conclave/election';

/** One thing that would have had to be different for a runner to be elected. */
export type Need =
  | { kind: 'resume' }
  | { kind: 'active' }
  | { kind: 'untaint'; key: Id }
  | { kind: 'unpin'; runner: Id }
  | { kind: 'wait'; until: Iso }
  | { kind: 'forgive'; until: Iso }
  | { kind: 'outrank'; runner: Id; why: Verdict['why'] }
  /** So many more that come first and are not named. */
  | { kind: 'others'; count: number };

/** One election at one moment, to ask about its candidates. Ranks them once, however many are asked about. */
export class Contest {
  private readonly ranked: readonly RunnerState[];
  private unpinned: Contest | null = null;

  constructor(
    private readonly state: GroupState,
    private readonly at: Iso,
  ) {
    this.ranked = ranking(state, at);
  }

  /**
   * What would have had to differ for this runner to win: first what barred itself, then who came before it,
   * best first, `most` of them by name. Empty for the winner. Each is needed; together they suffice.
   */
  needsOf(runner: Id, most = Infinity): Need[] {
    const known = this.state.runners.get(runner);
    if (!known) return [];
    const own = [
      ...(this.state.pause ? [{ kind: 'resume' } as const] : []),
      ...barring(known, this.state, this.at),
    ];
    const contest = own.some(({ kind }) => kind === 'unpin') ? this.withoutPin() : this;
    const freed = own.reduce((r, need) => met(need, r), known);
    return [...own, ...contest.ahead(freed, most)];
  }

  private withoutPin(): Contest {
    return (this.unpinned ??= new Contest({ ...this.state, pin: null }, this.at));
  }

  /** Whoever comes before this one, if it stood in the election as it is given here. */
  private ahead(runner: RunnerState, most: number): Need[] {
    const { state, at } = this;
    let [low, high] = [0, this.ranked.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.ranked[middle]!;
      if (other.id !== runner.id && outranks(other, runner, state, at)) low = middle + 1;
      else high = middle;
    }
    const before = this.ranked.slice(0, low);
    const named = before
      .slice(0, most)
      .map((other): Need => ({
        kind: 'outrank',
        runner: other.id,
        why: outrankedBy(other, runner, state, at),
      }));
    return before.length > most ? [...named, { kind: 'others', count: before.length - most }] : named;
  }
}

function barring(runner: RunnerState, { pin, settings }: GroupState, at: Iso): Need[] {
  const needs: Need[] = runner.status === 'active' ? [] : [{ kind: 'active' }];
  for (const { key, effect } of runner.taints)
    if (effect !== 'PreferNoLead') needs.push({ kind: 'untaint', key });
  if (pin?.mode === 'strict' && pin.runner !== runner.id) needs.push({ kind: 'unpin', runner: pin.runner });
  if (runner.cooldownUntil !== null && runner.cooldownUntil > at)
    needs.push({ kind: 'wait', until: runner.cooldownUntil });
  const until = suppressedUntil(runner, settings, at);
  if (until !== null) needs.push({ kind: 'forgive', until });
  return needs;
}

/** The runner as it would be if that were so. */
function met(need: Need, runner: RunnerState): RunnerState {
  switch (need.kind) {
    case 'active': // as if it had never been away
      return {
        ...runner,
        status: 'active',
        activeSince: runner.registeredAt,
        awaySince: null,
        unsettledSince: null,
      };
    case 'untaint':
      return { ...runner, taints: runner.taints.filter(({ key }) => key !== need.key) };
    case 'wait':
      return { ...runner, cooldownUntil: null };
    case 'forgive':
      return { ...runner, silences: [], unsettledSince: null };
    default:
      return runner;
  }
}

const OUTRANKED: Partial<Record<Verdict['why'], string>> = {
  seniority: 'is older',
  priority: 'has a higher priority',
  'prefer-pin': 'is preferred by a pin or a transfer',
  'prefer-no-lead': 'has no PreferNoLead taint',
  unsettled: 'is settled (it did not fail as a leader a moment ago)',
};

export function needInWords(need: Need): string {
  switch (need.kind) {
    case 'resume':
      return 'elections resumed';
    case 'active':
      return 'it had been active';
    case 'untaint':
      return `its taint ${need.key} lifted`;
    case 'unpin':
      return `the pin to "${need.runner}" lifted`;
    case 'wait':
      return `its cooldown over (${need.until})`;
    case 'forgive':
      return `its silences forgiven, or waited until ${need.until}`;
    case 'others':
      return `and ${need.count} more that come first`;
    case 'outrank':
      return `"${need.runner}", which ${OUTRANKED[need.why] ?? 'comes first'}, not electable`;
  }
}
