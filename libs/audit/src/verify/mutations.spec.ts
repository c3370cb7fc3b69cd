import { describe, expect, it } from '@jest/globals';
import { decide, type ElectionEvent, type RecordedEvent, type Verdict } from '@conclave/election';
import { forged, historyOf, storiesOf, to, type Decider, type Story } from '@conclave/testing';
import { GroupVerifier } from './verify.js';

const verified = (history: readonly RecordedEvent[]) => {
  const verifier = new GroupVerifier('g');
  for (const event of history) verifier.take(event);
  return verifier.finish();
};
/** Rare by chance: a leader that failed is back, but not settled yet, when the lead is free again. */
const soonBack: Story = [
  ...['a', 'b', 'c'].map((r) => ({ waitMs: 0, command: to.register(r, { ready: true }) })),
  { waitMs: 60_000, command: { type: 'ReportLeaseExpired', term: 1, lastSeenAt: null, silentMs: 20_000, leaseMs: 15_000, deafMs: 0 } },
  { waitMs: 1_000, command: to.activate('a', { heardAtVersion: 999 }) },
  { waitMs: 1_000, command: to.release('b', 2) },
];
const stories = [soonBack, ...storiesOf(8, 300)];
const histories = stories.map((story) => historyOf(story)).filter((h) => h.length > 0);

type Mutable = RecordedEvent & { data: any; meta: any };
/** Changes one history in place; true if it found something to change. */
type Corruption = (history: Mutable[]) => boolean;
const at = (history: Mutable[], type: string, fits: (e: Mutable) => boolean = () => true) => history.find((e) => e.type === type && fits(e));
const change = (type: string, edit: (e: Mutable, history: Mutable[]) => void, fits?: (e: Mutable) => boolean): Corruption => (history) => {
  const event = at(history, type, fits);
  if (event) edit(event, history);
  return event !== undefined;
};
const drop = (type: string, fits?: (e: Mutable) => boolean): Corruption => (history) => {
  const event = at(history, type, fits);
  if (event) history.splice(history.indexOf(event), 1);
  return event !== undefined;
};
const swapRunner = (e: Mutable) => { e.data.runner = e.data.runner === 'a' ? 'b' : 'a'; };
const flip = (v: Verdict) => { v.eligible = !v.eligible; };

/** Somebody who can write the whole log changes it and makes ids and hashes fit again: only meaning can tell. */
const FORGERIES: Record<string, Corruption> = {
  'a term is skipped': change('LeaderElected', (e) => { e.data.term++; }),
  'a term is used again': change('LeaderElected', (e) => { e.data.term = 1; }, (e) => e.data.term > 1),
  'another runner is elected': change('LeaderElected', swapRunner),
  'the elected process is another': change('LeaderElected', (e) => { e.data.incarnation = '00000000-0000-4000-8000-00000000dead'; }),
  'the cause of an election is another': change('LeaderElected', (e) => { e.data.cause = 'reconciled'; }, (e) => !['reconciled'].includes(e.data.cause)),
  'the previous leader is another': change('LeaderElected', (e) => { e.data.previous = { runner: 'c', term: 99 }; }),
  'the lease in the election is another': change('LeaderElected', (e) => { e.data.leaseMs = 777; }),
  'the election says fenced': change('LeaderElected', (e) => { e.data.failover = 'fenced'; }, (e) => e.data.failover === 'lease'),
  'a verdict is left out': change('LeaderElected', (e) => { e.data.verdicts.pop(); }),
  'a verdict is turned round': change('LeaderElected', (e) => flip(e.data.verdicts[0])),
  'a verdict has another why': change('LeaderElected', (e) => { e.data.verdicts[0].why = 'silent'; }, (e) => e.data.verdicts[0].why !== 'silent'),
  'ranks are exchanged': change('LeaderElected', (e) => { e.data.verdicts.forEach((v: any) => { if (v.rank) v.rank = 3 - v.rank; }); }, (e) => e.data.verdicts.filter((v: any) => v.rank).length === 2),
  'an election vanishes': drop('LeaderElected'),
  'an end vanishes': drop('LeadershipEnded'),
  'an end has another cause': change('LeadershipEnded', (e) => { e.data.cause = 'released'; }, (e) => e.data.cause !== 'released'),
  'an end is of another term': change('LeadershipEnded', (e) => { e.data.term++; }),
  'an end is of another runner': change('LeadershipEnded', swapRunner),
  'a cooldown is invented': change('LeadershipEnded', (e) => { e.data.cooldownUntil = '2030-01-01T00:00:00.000Z'; }, (e) => e.data.cause === 'released'),
  'a release becomes a forced end': change('LeadershipEnded', (e) => { e.data.cause = 'forced'; }, (e) => e.data.cause === 'released'),
  'a revocation vanishes': drop('LeadershipRevoked'),
  'a revocation has another cause': change('LeadershipRevoked', (e) => { e.data.cause = e.data.cause === 'failback' ? 'tainted' : 'failback'; }),
  'a revocation has another successor': change('LeadershipRevoked', (e) => { e.data.successor = 'nobody'; }),
  'a vacancy is not told': drop('GroupLeaderless'),
  'a vacancy has another cause': change('GroupLeaderless', (e) => { e.data.cause = 'settings'; }),
  'a vacancy claims a pause': change('GroupLeaderless', (e) => { e.data.paused = !e.data.paused; }),
  'a silence shorter than the lease': change('HeartbeatMissed', (e) => { e.data.silentMs = 1; }),
  'a silence vanishes': drop('HeartbeatMissed'),
  'a taint lifted early as expired': change('RunnerUntainted', (e) => { e.data.cause = 'expired'; }, (e) => e.data.cause === 'request'),
  'a taint vanishes': drop('RunnerTainted'),
  'a taint has another effect': change('RunnerTainted', (e) => { e.data.taint.effect = 'PreferNoLead'; }, (e) => e.data.taint.effect === 'NoLead'),
  'a pin is of another runner': change('LeaderPinned', swapRunner, (e) => e.data.mode === 'strict'),
  'a pin vanishes': drop('LeaderPinned', (e) => e.data.mode === 'strict'),
  'an unpin of what was not pinned': change('LeaderUnpinned', (e) => { e.data.mode = e.data.mode === 'strict' ? 'prefer' : 'strict'; }),
  'a pause vanishes': drop('ElectionsPaused'),
  'a transfer has no outcome': drop('TransferEnded'),
  'a transfer has another outcome': change('TransferEnded', (e) => { e.data.outcome = e.data.outcome === 'completed' ? 'aborted' : 'completed'; }),
  'a transfer was from another': change('TransferRequested', (e) => { e.data.from = 'nobody'; }),
  'a lost log had another term': change('LogAccepted', (e) => { e.data.foundTerm++; }),
  'a lost log is not told': drop('LogAccepted', (e) => e.data.knownTerm > e.data.foundTerm),
  'a registration is older than it is': change('RunnerRegistered', (e) => { e.data.seniority = 1; }, (e) => e.data.seniority > 2),
  'a registration vanishes': drop('RunnerRegistered'),
  'a restart forgets the process before': change('RunnerRestarted', (e) => { e.data.previousIncarnation = '00000000-0000-4000-8000-00000000dead'; }),
  'settings were others before': change('GroupConfigured', (e) => { e.data.previous.leaseMs = 123_456; }, (e) => e.data.previous !== null),
  'an append is told at two times': (history) => {
    const event = history.find((e, i) => i > 0 && history[i - 1]!.meta.commandId === e.meta.commandId);
    if (event) event.meta.at = '2027-01-01T00:00:00.000Z';
    return event !== undefined;
  },
  'time goes back': (history) => {
    const last = history.at(-1)!;
    for (const e of history.filter((x) => x.meta.commandId === last.meta.commandId)) e.meta.at = '2020-01-01T00:00:00.000Z';
    return history.length > 20;
  },
  'an append is exchanged with the next': (history) => {
    const ids = [...new Set(history.map((e) => e.meta.commandId))];
    if (ids.length < 6) return false;
    const parts = ids.map((id) => history.filter((e) => e.meta.commandId === id));
    [parts[2], parts[3]] = [parts[3]!, parts[2]!];
    history.splice(0, history.length, ...parts.flat());
    return true;
  },
};

/** Somebody who changes the stored bytes, and nothing else. */
const DAMAGES: Record<string, Corruption> = {
  'a reason is changed': (h) => { h[0]!.meta.reason = 'because'; return true; },
  'an actor is changed': (h) => { h.at(-1)!.meta.actor = 'operator:mallory'; return true; },
  'a label is changed': change('RunnerRegistered', (e) => { e.data.labels = { zone: 'x' }; }),
  'an event is dropped from the middle': (h) => { if (h.length < 5) return false; h.splice(2, 1); return true; },
  'an event is told twice': (h) => { h.splice(1, 0, h[0]!); return true; },
  'a hash is changed': (h) => { h[0]!.meta.hash = 'f'.repeat(64); return true; },
  'an id is changed': (h) => { h[0]!.meta.id = '00000000-0000-4000-8000-00000000dead'; return true; },
};

const verdictsOf = (e: ElectionEvent): Verdict[] | null => ('verdicts' in e.data ? e.data.verdicts : null);
const edited = (edit: (event: any) => void): Decider => (command, state, context) => {
  const decision = decide(command, state, context);
  if (!('events' in decision)) return decision;
  const events = structuredClone(decision.events);
  events.forEach(edit);
  return { events };
};
const without = (gone: (state: any, at: string) => any): Decider => (command, state, context) => decide(command, gone(state, context.at), context);
const each = (state: any, patch: (runner: any) => object) => ({ ...state, runners: new Map([...state.runners].map(([id, r]: any) => [id, { ...r, ...patch(r) }])) });

/** A Conclave with a defect writes a log whose hashes are right. */
const MUTANTS: Record<string, Decider> = {
  'taints are ignored': without((s) => each(s, () => ({ taints: [] }))),
  'pins are ignored': without((s) => ({ ...s, pin: null })),
  'pauses are ignored': without((s) => ({ ...s, pause: null })),
  'cooldowns are ignored': without((s) => each(s, () => ({ cooldownUntil: null }))),
  'nobody is ever unsettled': without((s) => each(s, () => ({ unsettledSince: null }))),
  'silent runners may lead': without((s) => each(s, (r) => ({ status: r.status === 'silent' ? 'active' : r.status }))),
  'damping is ignored': without((s) => { const { damping: _, ...settings } = s.settings; return { ...s, settings }; }),
  'the youngest leads': without((s) => each(s, (r) => ({ seniority: -r.seniority }))),
  'every group is fenced': without((s) => ({ ...s, settings: { ...s.settings, failover: 'fenced' } })),
  'every group fails back': without((s) => ({ ...s, settings: { ...s.settings, failback: 'always' } })),
  'priority is ignored': without((s) => ({ ...s, settings: { ...s.settings, strategy: 'oldest' } })),
  'transfers are forgotten': without((s) => ({ ...s, transfer: null })),
  'no expiry is acted on': without((s) => ({ ...each(s, (r) => ({ taints: r.taints.map((t: any) => ({ ...t, expiresAt: null })) })), pin: s.pin && { ...s.pin, expiresAt: null }, pause: s.pause && { ...s.pause, expiresAt: null } })),
  'verdicts are unranked': edited((e) => verdictsOf(e)?.forEach((v) => { v.rank = null; })),
  'causes are blurred': edited((e) => { if (e.type === 'LeaderElected') e.data.cause = 'runner-activated'; }),
};

const copy = (history: readonly RecordedEvent[]): Mutable[] => structuredClone(history) as Mutable[];
/** Up to five histories that offer the corruption: in a single one it may be without consequence, as if nothing had been changed. */
function corrupted(corruption: Corruption): Mutable[][] {
  const found: Mutable[][] = [];
  for (const history of histories.map(copy)) if (found.length < 5 && corruption(history)) found.push(history);
  if (found.length === 0) throw new Error('no history offers this corruption: the stories are too poor');
  return found;
}

describe('verify finds what is wrong (mutation test)', () => {
  const found: string[] = [];
  const missed: string[] = [];
  const judge = (name: string, isFound: boolean) => (isFound ? found : missed).push(name);

  it('none of the histories it starts from has a violation', () => {
    for (const history of histories) expect(verified(history).violations).toEqual([]);
    for (const history of histories.slice(0, 20)) expect(verified(forged(history)).violations).toEqual([]);
  });
  it('at least 95 % of all corruptions and mutants', () => {
    for (const [name, corruption] of Object.entries(FORGERIES)) judge(`forged: ${name}`, corrupted(corruption).some((history) => !verified(forged(history)).ok));
    for (const [name, corruption] of Object.entries(DAMAGES)) judge(`damaged: ${name}`, corrupted(corruption).every((history) => !verified(history).ok));
    for (const [name, decider] of Object.entries(MUTANTS)) judge(`mutant: ${name}`, stories.slice(0, 200).some((story) => !verified(historyOf(story, 'g', decider)).ok));
    const score = found.length / (found.length + missed.length);
    console.log(`mutation score of verify: ${found.length} of ${found.length + missed.length} (${Math.round(score * 100)} %)${missed.length > 0 ? `; missed: ${missed.join('; ')}` : ''}`);
    expect(found.length + missed.length).toBeGreaterThanOrEqual(40);
    expect(score).toBeGreaterThanOrEqual(0.95);
  });
});
