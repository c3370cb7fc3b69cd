import {
  decideAndFold,
  type DataOf,
  type GroupState,
  type RecordedEvent,
  type SealedPast,
  sameJson,
} from '@conclave/election';
import type { Report } from './rules.js';

/** The state after the append if the rule decides just these events, else null. */
export function redecide(
  append: readonly RecordedEvent[],
  state: GroupState,
  report: Report,
): GroupState | null {
  const { version, meta } = append[0]!;
  const { at, actor, reason, commandId } = meta;
  const { command } = meta;
  if (!command) {
    report(
      'append',
      version,
      append.map(outline),
      'the first event of an append says which command it answers',
    );
    return null;
  }
  let decision: ReturnType<typeof decideAndFold>;
  try {
    const sealed = append.find(({ type }) => type === 'HistorySealed');
    const past = sealed?.type === 'HistorySealed' ? pastIn(sealed.data) : undefined;
    decision = decideAndFold(command, state, { at, actor, reason, commandId, past, isRecorded: true });
  } catch {
    report('G4', version, append.map(outline), 'nothing can be decided on what stands before it');
    return null;
  }
  if ('rejection' in decision) {
    report(
      'G4',
      version,
      append.map(outline),
      `refused: ${decision.rejection.code}: ${decision.rejection.detail}`,
    );
    return null;
  }
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
