import {
  decideAndFold,
  type DataOf,
  type GroupState,
  type RecordedEvent,
  type SealedPast,
  sameJson,
} from '@conclave/election';
import type { Report, Rule } from './rules.js';

/** The state after the append if the rule decides just these events, else null. */
export function redecide(
  append: readonly RecordedEvent[],
  state: GroupState,
  report: Report,
): GroupState | null {
  const { version, meta } = append[0]!;
  const { command, at, actor, reason, commandId } = meta;
  const refuse = (rule: Rule, expected: string): null => {
    report(rule, version, append.map(outline), expected);
    return null;
  };
  if (!command) return refuse('append', 'the first event of an append says which command it answers');
  const sealed = append.find(({ type }) => type === 'HistorySealed');
  const past = sealed?.type === 'HistorySealed' ? pastIn(sealed.data) : undefined;
  let decision: ReturnType<typeof decideAndFold>;
  try {
    decision = decideAndFold(command, state, { at, actor, reason, commandId, past, isRecorded: true });
  } catch {
    return refuse('G4', 'nothing can be decided on what stands before it');
  }
  if ('rejection' in decision)
    return refuse('G4', `refused: ${decision.rejection.code}: ${decision.rejection.detail}`);
  const { events } = decision;
  for (let i = 0; i < Math.max(append.length, events.length); i++) {
    const [recorded, expected] = [append[i], events[i]];
    if (recorded && expected && recorded.type === expected.type && sameJson(recorded.data, expected.data)) {
      if (!sameJson(recorded.meta.causedBy, expected.causedBy))
        report('cause', recorded.version, recorded.meta.causedBy ?? null, expected.causedBy ?? null);
      continue;
    }
    report(
      'G4',
      recorded?.version ?? version + i,
      recorded ? outline(recorded) : null,
      expected ? outline(expected) : null,
    );
    return null;
  }
  return decision.state;
}

/** What history came to is a fact of the record: it is compared where that history is read. */
const pastIn = ({ digest: _, ...past }: DataOf<'HistorySealed'>): SealedPast => past;

const outline = ({ type, data }: { type: string; data: object }): object => ({ type, data });
