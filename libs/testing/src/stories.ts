import fc from 'fast-check';
import {
  advance,
  decide,
  newHead,
  STORED_FORM,
  type ElectionCommand,
  type ElectionEvent,
  type GroupHead,
  type RecordedEvent,
} from '@conclave/election';
import { chainHash, digestOf, GENESIS_HASH, saltsFor } from '@conclave/event-store';
import { derivedUuid } from '@conclave/kernel';
import { anyCommand, anyCommandOrEnd } from './any-command.js';
import { inc } from '@conclave/processes';
import { atPlus } from './given.js';

/** Commands with the time that passes before each. */
export const anyStory = fc.array(
  fc.record({ command: anyCommandOrEnd, waitMs: fc.constantFrom(0, 100, 5_000, 40_000) }),
  { maxLength: 80, size: 'max' },
);

const longStory = fc.array(
  fc.record({ command: anyCommand, waitMs: fc.constantFrom(0, 100, 5_000, 40_000) }),
  { minLength: 80, maxLength: 80 },
);

export type Story = { command: ElectionCommand; waitMs: number }[];

/** The same stories for the same seed, on any machine. */
export const storiesOf = (seed: number, count: number): Story[] =>
  fc.sample(longStory, { seed, numRuns: count });

/** Which order is approved only the history knows: the first that waits. */
function meant(command: ElectionCommand, { state }: GroupHead): ElectionCommand {
  const isOfProposal = command.type === 'ApproveOrder' || command.type === 'WithdrawOrder';
  const [first] = state.proposals;
  return isOfProposal && first ? { ...command, proposal: first.id } : command;
}

/** Who approves. */
const SECOND = 'operator:second';

export type Decider = (...args: Parameters<typeof decide>) => ReturnType<typeof decide>;

/**
 * A history as the log would hold it, with envelopes and hash chain; `people` command by turns. A `decider` of one's own makes a wrong
 * one.
 */
export function historyOf(
  story: Story,
  group = 'g',
  decider: Decider = decide,
  people = ['operator:ana'],
): RecordedEvent[] {
  const history: RecordedEvent[] = [];
  let head: GroupHead = newHead(group);
  let ms = 0;
  for (const [index, { command: told, waitMs }] of story.entries()) {
    const command = meant(told, head);
    ms += waitMs;
    const at = atPlus(ms);
    const person = command.type === 'ApproveOrder' ? SECOND : people[index % people.length]!;
    const actor = actorOf(command, person);
    const reason = index % 5 === 0 ? `step ${index % 10}` : null;
    const commandId = derivedUuid(group, index);
    const decision = decider(command, head.state, { at, actor, reason, commandId });
    if (!('events' in decision)) continue;
    const meta = {
      v: STORED_FORM,
      at,
      actor,
      reason,
      commandId,
      requestHash: '',
      correlationId: 'c',
      instance: inc('s'),
    };
    const asked = JSON.parse(JSON.stringify(command)) as ElectionCommand;
    const events = decision.events.map(
      ({ type, data, causedBy }) =>
        ({ type, data, meta: { ...meta, id: '', ...(causedBy && { causedBy }) } }) as Bare,
    );
    placed(events);
    if (events[0]) events[0].meta.command = asked;
    for (const event of enveloped(events, group, head.state.version, head.hash, history.length)) {
      head = advance(head, event);
      history.push(event);
    }
  }
  return history;
}

/** Somebody who may give it. */
function actorOf(command: ElectionCommand, person: string): string {
  switch (command.type) {
    case 'ActivateRunner':
    case 'ReportSilence':
    case 'ReportLeaseExpired':
      return 'system:presence';
    case 'Reconcile':
      return 'system:deadlines';
    case 'RegisterRunner':
    case 'ReleaseLeadership':
    case 'ResignLeadership':
      return `runner:${command.runner}`;
    case 'DeregisterRunner':
      return command.incarnation === null ? person : `runner:${command.runner}`;
    default:
      return person;
  }
}

type Bare = ElectionEvent & { meta: Omit<RecordedEvent['meta'], 'hash'> };

/** Numbers the parts of one append, and gives each event the id that goes with it. */
function placed(append: Bare[]): void {
  append.forEach(({ meta }, index) => {
    Object.assign(meta, { id: derivedUuid(meta.commandId, index), part: { index, of: append.length } });
  });
}

const enveloped = (
  events: Bare[],
  group: string,
  version: number,
  hash: string,
  position: number,
): RecordedEvent[] => {
  let last = hash;
  return events.map((event, i) => {
    const { type, data } = event;
    const { salts: _, ...named } = event.meta;
    const meta = { ...named, ...saltsFor({ type, data, meta: named }, saltOf) };
    last = chainHash(last, { group, version: version + i + 1, type, data, meta });
    return {
      ...event,
      group,
      version: version + i + 1,
      position: String(position + i + 1),
      meta: { ...meta, hash: last },
    };
  });
};

/** The same for the same person. */
export const saltOf = (person: string): string => digestOf(person).slice(0, 32);

/**
 * The same events with versions, parts, ids and hashes that fit again: what a forger would do who can write
 * the whole log.
 */
export function forged(history: readonly RecordedEvent[]): RecordedEvent[] {
  const bare = history.map(
    ({ type, data, meta: { hash: _hash, ...meta } }) => ({ type, data, meta }) as Bare,
  );
  const starts = bare.flatMap((event, i) =>
    i === 0 || bare[i - 1]!.meta.commandId !== event.meta.commandId ? [i] : [],
  );
  starts.forEach((start, n) => {
    placed(bare.slice(start, starts[n + 1]));
  });
  return enveloped(bare, history[0]!.group, 0, GENESIS_HASH, 0);
}
