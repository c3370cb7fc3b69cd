import { attributesChanged, changesOf } from './change-words.js';
import { inPlaceOfPause, inPlaceOfPin, inPlaceOfTaint } from './in-place-of.js';
import { proposalInWords } from './proposal-words.js';
import {
  type Append,
  byWhom,
  evolve,
  isGoodbye,
  orderBehind,
  personInWords,
  reasonInWords,
  SHOWN_VERDICTS,
  verdictsInWords,
  type GroupState,
  type Iso,
  type Order,
  type RecordedEvent,
  type Until,
} from '@conclave/election';

/** How many are named in brief before "and n more", of those that kept everybody from leading. */
const SHOWN_BRIEFLY = 3;

/** Each event of an append as one sentence, without its time; `brief`: without whose order it was, and the losers. */
export function appendInWords(
  { events, before }: Pick<Append, 'events' | 'before'>,
  brief = false,
): string[] {
  let state = before;
  return events.map((event) => {
    const order = brief ? null : orderBehind(event, state.version + 1, before);
    const words = eventInWords(event, state, events, order, brief);
    state = evolve(state, event);
    return words;
  });
}

/** `before`: the group just before this event; `append`: all that was written with it; `order`: behind it. */
function eventInWords(
  event: RecordedEvent,
  before: GroupState,
  append: readonly RecordedEvent[],
  order: Order | null,
  brief: boolean,
): string {
  const { type, data } = event;
  const by = order ? ` by ${nameOf(order)}` : '';
  const onOrder = order ? ` (on the order of ${nameOf(order)})` : '';
  switch (type) {
    case 'GroupConfigured':
      return data.previous
        ? `settings changed${by}: ${changesOf(data.previous, data.settings)}`
        : `group created${by}`;
    case 'RunnerRegistered':
      return `runner "${data.runner}" registered${data.ready ? ', active' : ''}`;
    case 'RunnerRestarted':
      return `runner "${data.runner}" came with a new process${data.previousExited ? ' (its supervisor says that the old one has exited)' : ''}`;
    case 'RunnerUpdated':
      return `runner "${data.runner}" registered again${attributesChanged(data, before)}`;
    case 'RunnerActivated':
      return `runner "${data.runner}" became active${data.silentMs === null ? '' : `, ${seconds(data.silentMs)} after it was last heard`}`;
    case 'HeartbeatMissed':
      return `runner "${data.runner}" ${silenceInWords(event)}`;
    case 'RunnerDeregistered':
      return data.by === 'runner'
        ? `runner "${data.runner}" left the group`
        : `runner "${data.runner}" was removed${by}`;
    case 'RunnerForgiven':
      return `runner "${data.runner}" was forgiven its silences${by}`;
    case 'RunnerTainted':
      return `runner "${data.runner}" tainted ${data.taint.key} (${data.taint.effect})${by}${ending(data.taint)}${brief ? '' : inPlaceOfTaint(before, data)}`;
    case 'RunnerUntainted':
      return `taint ${data.key} of runner "${data.runner}" ${lifted(data.cause, by, 'set')}`;
    case 'LeaderPinned':
      return `pinned to runner "${data.runner}" (${data.mode})${by}${ending(data)}${brief ? '' : inPlaceOfPin(before)}`;
    case 'LeaderUnpinned':
      return `pin to runner "${data.runner}" ${lifted(data.cause, by, 'set')}`;
    case 'ElectionsPaused':
      return `elections paused${by}${ending({ ...data, until: null })}${brief ? '' : inPlaceOfPause(before)}`;
    case 'ElectionsResumed':
      return `the pause ${lifted(data.cause, by, 'ordered')}`;
    case 'OrderProposed':
    case 'OrderApproved':
    case 'OrderWithdrawn':
      return proposalInWords(event, before, by, onOrder);
    case 'TransferRequested':
      return `transfer from "${data.from}" to ${data.to === null ? 'the next best' : `"${data.to}"`} asked for${by}${data.force ? ', forced' : ''}`;
    case 'TransferEnded':
      return `transfer ${data.outcome}${data.why === null ? '' : `: ${data.why}`}${onOrder}`;
    case 'LeaderElected':
      return `runner "${data.runner}" elected for term ${data.term}: ${[triggerOf(data.cause, append) + onOrder, ...(brief ? [] : losersOf(event, before))].join('; ')}`;
    case 'LeadershipRevoked': {
      const next = data.successor === null ? 'nobody may follow yet' : `next is "${data.successor}"`;
      return `runner "${data.runner}" must stop leading (${REVOKED[data.cause]}${data.key ? ` ${data.key}` : ''})${onOrder}; ${next}`;
    }
    case 'LeadershipEnded':
      return `term ${data.term} of runner "${data.runner}" ended: ${endOf(data.cause, append, before)}${onOrder}`;
    case 'LogAccepted': {
      const { knownTerm, knownVersion, foundTerm, foundVersion } = data;
      const lost = `version ${knownVersion} and term ${knownTerm} were known, version ${foundVersion} and term ${foundTerm} found`;
      return `the log was accepted as it is${by}; ${lost}: terms go on above ${Math.max(knownTerm, foundTerm)}`;
    }
    case 'HistorySealed':
      return `history up to version ${data.upTo} (${data.state.lastAt}) sealed${by}: archive ${data.digest.slice(0, 16)}…`;
    case 'GroupDeleted':
      return `group deleted${by}: its id is never used again`;
    case 'GroupLeaderless': {
      const words = verdictsInWords(data.verdicts, before, brief ? SHOWN_BRIEFLY : SHOWN_VERDICTS);
      const why = data.paused
        ? `elections are paused${brief && before.pause ? byWhom(before.pause) : ''}`
        : words.join('; ') || 'no runner is registered';
      return `nobody leads after term ${data.afterTerm}: ${why}${onOrder}`;
    }
  }
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
/** Only people are named: that a runner or the service itself acted says the event. */
const nameOf = ({ actor, reason }: Order): string =>
  `${personInWords(actor)}${reason ? `: ${reasonInWords(reason)}` : ''}`;

const ending = ({ expiresAt, until }: { expiresAt: Iso | null; until: Until | null }): string =>
  `${expiresAt ? `, until ${expiresAt}` : ''}${until ? `, until runner "${until.runnerGone}" is gone` : ''}`;

const lifted = (cause: 'request' | 'expired' | 'runner-gone', by: string, verb: string): string =>
  cause === 'request'
    ? `lifted${by}`
    : cause === 'expired'
      ? `expired${by && ` (${verb}${by})`}`
      : `ended: the runner that it waited for is gone${by && ` (${verb}${by})`}`;

const silenceInWords = (event: Extract<RecordedEvent, { type: 'HeartbeatMissed' }>): string => {
  const { evidence, silentMs } = event.data;
  if (evidence === 'silence') return `missed its heartbeats for ${seconds(silentMs)}`;
  return isGoodbye(event) ? 'went away' : 'lost its connection';
};

const REVOKED = {
  tainted: 'taint',
  pinned: 'a pin',
  transfer: 'transfer',
  failback: 'a better runner is back',
  superseded: 'a new process of it came',
  deregistered: 'it was removed',
  drained: 'the group is drained',
  'log-accepted': 'others led after it, in a part of the log that is lost',
} as const;

const TRIGGERS = {
  'heartbeat-missed': 'the leader missed its heartbeats',
  resigned: 'the leader resigned',
  released: 'the leader has stopped',
  'lease-expired': "the leader's lease was not renewed in time",
  deregistered: 'the leader left the group',
  superseded: 'the process that led is gone',
  fenced: 'the group is fenced, so the next need not wait',
  forced: 'forced by an operator',
  'runner-activated': 'nobody led, and it became active',
  untainted: 'nobody led, and a taint was lifted',
  pinned: 'nobody led, and a pin was set',
  unpinned: 'nobody led, and a pin was lifted',
  resumed: 'nobody led, and elections were resumed',
  settings: 'nobody led, and settings were changed',
  'cooldown-over': 'nobody led, and what held it back is over',
  'log-accepted': 'nobody led, and the log was accepted as it is',
  reconciled: 'nobody led (reconciled)',
} as const;

/** What set it off: with the facts that stand beside it in the same append. */
export function triggerOf(cause: keyof typeof TRIGGERS, append: readonly RecordedEvent[]): string {
  const missed = append.findLast((e) => e.type === 'HeartbeatMissed'); // who led comes last
  if (cause === 'heartbeat-missed' && missed)
    return `runner "${missed.data.runner}" ${silenceInWords(missed)}`;
  return TRIGGERS[cause];
}

/** The end of a term, as far as the record knows it. */
const endOf = (
  cause: keyof typeof TRIGGERS,
  append: readonly RecordedEvent[],
  { leadership }: GroupState,
): string =>
  cause === 'lease-expired' && leadership?.handover
    ? 'it was to stop, and its lease ran out before it said that it had'
    : triggerOf(cause, append);

function losersOf({ data }: Extract<RecordedEvent, { type: 'LeaderElected' }>, before: GroupState): string[] {
  const losers = data.verdicts
    .filter(({ why }) => why !== 'chosen')
    .sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  return verdictsInWords(losers, before, SHOWN_VERDICTS);
}
