import type { Append, Id } from '@conclave/election';
import type { HistoryIndex } from '../history/history-index.js';
import { reportOf, type Report, type ReportSource } from './report.js';

/** Finds the window in the history, reads it once, and no more of what was before than says how it began. */
export async function reportFrom(
  history: HistoryIndex,
  group: Id,
  known: Pick<ReportSource, 'window' | 'tenures'>,
  paced: (appends: AsyncIterable<Append>) => AsyncIterable<Append>,
): Promise<Report> {
  const index = await history.of(group);
  const { from, to } = known.window;
  const [first, last] = [index.versionAt(Date.parse(from)), index.versionAt(Date.parse(to))];
  const { state, decidedBy } = await history.momentAt(group, first);
  const isVacant = state.leadership === null && decidedBy !== null;
  return reportOf({
    ...known,
    end: (await history.momentAt(group, last)).state,
    opening: isVacant ? await history.appendAt(group, decidedBy.version) : null,
    appends: paced(history.appendsFrom(group, first)),
  });
}
