import { chooseLeader, suppressedUntil, type GroupState, type Id, type Iso, type RunnerState, type Verdict } from '@conclave/election';

/** One thing that would have had to be different for a runner to be elected. */
export type Need =
  | { kind: 'resume' }
  | { kind: 'active' }
  | { kind: 'untaint'; key: Id }
  | { kind: 'unpin'; runner: Id }
  | { kind: 'wait'; until: Iso }
  | { kind: 'forgive'; until: Iso }
  | { kind: 'outrank'; runner: Id; why: Verdict['why'] };

/**
 * What would have had to differ for this runner to win an election of this group at this moment: first what barred
 * itself, then who came before it. Empty for the winner. Each is needed, together they suffice.
 */
export function needsOf(runner: Id, state: GroupState, at: Iso): Need[] {
  const known = state.runners.get(runner);
  if (!known) return [];
  const needs: Need[] = state.pause ? [{ kind: 'resume' }] : [];
  needs.push(...barring(known, state, at));
  let without = needs.reduce((s, need) => met(need, runner, s), state);
  for (;;) {
    const { winner, verdicts } = chooseLeader(without, at);
    if (!winner || winner.id === runner) return needs;
    const { why } = verdicts.find((v) => v.runner === runner)!;
    const need: Need = { kind: 'outrank', runner: winner.id, why };
    needs.push(need);
    without = met(need, runner, without);
  }
}

function barring(runner: RunnerState, { pin, settings }: GroupState, at: Iso): Need[] {
  const needs: Need[] = runner.status === 'active' ? [] : [{ kind: 'active' }];
  for (const { key, effect } of runner.taints) if (effect !== 'PreferNoLead') needs.push({ kind: 'untaint', key });
  if (pin?.mode === 'strict' && pin.runner !== runner.id) needs.push({ kind: 'unpin', runner: pin.runner });
  if (runner.cooldownUntil !== null && runner.cooldownUntil > at) needs.push({ kind: 'wait', until: runner.cooldownUntil });
  const until = suppressedUntil(runner, settings, at);
  if (until !== null) needs.push({ kind: 'forgive', until });
  return needs;
}

/** The group as it would be if that were so. */
function met(need: Need, runner: Id, state: GroupState): GroupState {
  const runners = new Map(state.runners);
  const change = (patch: Partial<RunnerState>): GroupState => {
    runners.set(runner, { ...runners.get(runner)!, ...patch });
    return { ...state, runners };
  };
  switch (need.kind) {
    case 'resume':
      return { ...state, pause: null };
    case 'active':
      return change({ status: 'active', activeSince: state.lastAt, awaySince: null, unsettledSince: null }); // as if it had never been away
    case 'untaint':
      return change({ taints: runners.get(runner)!.taints.filter(({ key }) => key !== need.key) });
    case 'unpin':
      return { ...state, pin: null };
    case 'wait':
      return change({ cooldownUntil: null });
    case 'forgive':
      return change({ silences: [], unsettledSince: null });
    case 'outrank':
      runners.delete(need.runner);
      return { ...state, runners };
  }
}

const OUTRANKED: Partial<Record<Verdict['why'], string>> = {
  seniority: 'is older',
  priority: 'has a higher priority',
  'prefer-pin': 'is preferred by a pin or a transfer',
  'prefer-no-lead': 'has no PreferNoLead taint',
  unsettled: 'did not end its last term badly a moment ago',
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
    case 'outrank':
      return `"${need.runner}", which ${OUTRANKED[need.why] ?? 'comes first'}, not electable`;
  }
}
