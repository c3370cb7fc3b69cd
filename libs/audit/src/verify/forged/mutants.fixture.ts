import {
  decide,
  type ElectionEvent,
  type GroupState,
  type RunnerState,
  type Verdict,
} from '@conclave/election';
import type { Decider } from '@conclave/testing';

const verdictsOf = (e: ElectionEvent): Verdict[] | null => ('verdicts' in e.data ? e.data.verdicts : null);
const edited =
  (edit: (event: ElectionEvent) => void): Decider =>
  (command, state, context) => {
    const decision = decide(command, state, context);
    if (!('events' in decision)) return decision;
    const events = structuredClone(decision.events);
    events.forEach(edit);
    return { events };
  };
const without =
  (gone: (state: GroupState) => GroupState): Decider =>
  (command, state, context) =>
    decide(command, gone(state), context);
const each = (state: GroupState, patch: (runner: RunnerState) => Partial<RunnerState>): GroupState => ({
  ...state,
  runners: new Map([...state.runners].map(([id, r]) => [id, { ...r, ...patch(r) }])),
});

/** A Conclave with a defect writes a log whose hashes are right. */
export const MUTANTS: Record<string, Decider> = {
  'taints are ignored': without((s) => each(s, () => ({ taints: [] }))),
  'pins are ignored': without((s) => ({ ...s, pin: null })),
  'pauses are ignored': without((s) => ({ ...s, pause: null })),
  'cooldowns are ignored': without((s) => each(s, () => ({ cooldownUntil: null }))),
  'nobody is ever unsettled': without((s) => each(s, () => ({ unsettledSince: null }))),
  'silent runners may lead': without((s) =>
    each(s, (r) => ({ status: r.status === 'silent' ? 'active' : r.status })),
  ),
  'damping is ignored': without((s) => {
    const { damping: _, ...settings } = s.settings;
    return { ...s, settings };
  }),
  'the youngest leads': without((s) => each(s, (r) => ({ seniority: -r.seniority }))),
  'every group is fenced': without((s) => ({ ...s, settings: { ...s.settings, failover: 'fenced' } })),
  'every group fails back': without((s) => ({ ...s, settings: { ...s.settings, failback: 'always' } })),
  'priority is ignored': without((s) => ({ ...s, settings: { ...s.settings, strategy: 'oldest' } })),
  'transfers are forgotten': without((s) => ({ ...s, transfer: null })),
  'no expiry is acted on': without((s) => ({
    ...each(s, (r) => ({ taints: r.taints.map((t) => ({ ...t, expiresAt: null })) })),
    pin: s.pin && { ...s.pin, expiresAt: null },
    pause: s.pause && { ...s.pause, expiresAt: null },
  })),
  'verdicts are unranked': edited((e) =>
    verdictsOf(e)?.forEach((v) => {
      v.rank = null;
    }),
  ),
  'causes are blurred': edited((e) => {
    if (e.type === 'LeaderElected') e.data.cause = 'runner-activated';
  }),
};
