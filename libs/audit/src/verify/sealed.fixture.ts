import {
  appendsOf,
  decide,
  headAfter,
  initialState,
  newHead,
  PastFold,
  stateOf,
  type GroupHead,
  type GroupState,
  type RecordedEvent,
  type SealedPast,
} from '@conclave/election';
import { addToTenures, advance, type Tenure } from '@conclave/election';
import { collect, historyOf, type Story } from '@conclave/testing';
import { Audits, type AuditSource } from '../audits.js';
import { HistoryIndex } from '../history/history-index.js';

export const DIGEST = 'd'.repeat(64);

/** A history of which a part at its beginning is sealed, and what stands in place of that part. */
export interface SealedStory {
  whole: RecordedEvent[];
  past: SealedPast & { digest: string };
}

/** Before, up to which share of it is sealed, and after: told on, with the seal between. null: there was nothing yet. */
export async function sealedStory(
  before: Story,
  share: number,
  after: Story,
  forget: (past: SealedPast) => SealedPast = (past) => past,
): Promise<SealedStory | null> {
  const first = historyOf(before);
  const appends = await collect(appendsOf(first, initialState('g')));
  const cut = appends.slice(0, Math.max(1, Math.ceil(share * appends.length)));
  if (cut.length === 0) return null;
  const fold = new PastFold('g', null);
  for (const append of cut) fold.take(append);
  const past = forget(fold.past);
  const seal = { type: 'SealHistory' as const, upTo: past.upTo, digest: DIGEST };
  const story = [...before, { command: seal, waitMs: 100 }, ...after];
  const whole = historyOf(story, 'g', (command, state, context) =>
    decide(command, state, command.type === 'SealHistory' ? { ...context, past } : context),
  );
  return { whole, past: { ...past, digest: DIGEST } };
}

/** The same, all of it sealed, and the group deleted; then told on to whoever does not care. */
/** The same, in which one person may remove runners. */
const decidedAlone = ({ command, waitMs }: Story[number]): Story[number] =>
  command.type === 'ConfigureGroup'
    ? { command: { ...command, settings: { ...command.settings, twoPersonMs: undefined } }, waitMs }
    : { command, waitMs };

export async function deletedStory(before: Story, after: Story = []): Promise<SealedStory> {
  const emptied: Story = [
    ...before.filter(({ command }) => command.type !== 'DeleteGroup').map(decidedAlone),
    { command: { type: 'ConfigureGroup', settings: { failover: 'fenced' } }, waitMs: 100 },
    ...['a', 'b', 'c'].map((runner) => ({
      command: { type: 'DeregisterRunner' as const, runner, incarnation: null },
      waitMs: 100,
    })),
  ];
  const fold = new PastFold('g', null);
  for await (const append of appendsOf(historyOf(emptied), initialState('g'))) fold.take(append);
  const { past } = fold;
  const command = { type: 'DeleteGroup' as const, upTo: past.upTo, digest: DIGEST };
  const whole = historyOf([...emptied, { command, waitMs: 100 }, ...after], 'g', (given, state, context) =>
    decide(given, { ...state, deleted: null }, given.type === 'DeleteGroup' ? { ...context, past } : context),
  );
  return { whole, past: { ...past, digest: DIGEST } };
}

export const restOf = ({ whole, past }: SealedStory): RecordedEvent[] => whole.slice(past.upTo);

/** Auditors' questions, to the whole (`past` null) or to what is left of it. */
export async function auditsOf(
  events: readonly RecordedEvent[],
  past: SealedStory['past'] | null,
): Promise<Audits> {
  let head: GroupHead = past ? headAfter(past) : newHead('g');
  for (const event of events) head = advance(head, event);
  const start: GroupState = past ? stateOf(past.state) : initialState('g');
  const tenures: Tenure[] = past?.tenure ? [past.tenure] : [];
  for await (const append of appendsOf(events, start)) addToTenures(tenures, append);
  async function* read(_: string, from: number): AsyncGenerator<RecordedEvent> {
    for (const event of events) if (event.version >= from) yield event;
  }
  const source: AuditSource = {
    history: new HistoryIndex(read, () => head, { to: () => past?.upTo ?? 0, pastOf: async () => past }),
    stateOf: async () => head.state,
    tenuresOf: async () => tenures,
    sealedOf: ({ sealed }) => (past ? sealed : null),
    knownTo: () => head.state.lastAt!,
    endOf: () => head.state.lastAt!,
    paced: (items) => items,
    breathe: () => undefined,
  };
  return new Audits(source);
}
