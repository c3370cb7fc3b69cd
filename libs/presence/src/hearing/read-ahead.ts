import type { Groups, ProcessId } from '@conclave/election';
import type { Roll } from './roll.js';

/**
 * Reads what beats ask for, of all of them before the first is heard: the processor then waits for many pieces of memory
 * at once, not for one after the other (10,000 runners: a sixth of a beat's time). `beats`: as they came in, whatever they
 * are. Returns a number that means nothing, so that no compiler leaves it out.
 */
export function readAhead(beats: readonly unknown[], groups: Groups, roll: Roll): number {
  const about = beats as readonly (Partial<ProcessId> | null)[];
  const states = about.map((beat) => groups.get(beat?.group as string));
  const runners = about.map((beat, n) => states[n]?.runners.get(beat!.runner as string));
  const members = about.map((beat) => roll.find(beat?.group as string, beat?.runner as string));
  let read = 0;
  for (let n = 0; n < beats.length; n++) {
    const { leadership, settings, recentTerms } = states[n] ?? {};
    const { heard, process, seenMs } = members[n] ?? {};
    read += (runners[n]?.incarnation.length ?? 0) + (leadership?.runner.length ?? 0);
    read += (settings?.heartbeatMs ?? 0) + (recentTerms?.length ?? 0) + (seenMs ?? 0);
    read += (heard?.limitMs ?? 0) + (heard?.atHearingMs ?? 0);
    read += (process?.sequence ?? 0) + (process?.notedMs ?? 0);
  }
  return read;
}
