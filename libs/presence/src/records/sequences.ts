import { processKey, type Groups, type ProcessId, type ProcessKey } from '@conclave/election';
import type { RecordedBeat } from './names.js';

/**
 * The highest sequence that this server knows of each process, from beats and from the log. What a network repeats or
 * delays is not recorded again (L2), as far as this server knows; where it is, it renews once more and hurts no rule.
 */
export class Sequences {
  private readonly last = new Map<ProcessKey, number>();

  constructor(private readonly groups: Groups) {}

  /** Null, or the highest that was heard if this one is not above it. */
  raise(beat: ProcessId & { sequence: number }): number | null {
    const key = processKey(beat);
    const last = this.last.get(key) ?? 0;
    if (beat.sequence <= last) return last;
    this.last.set(key, beat.sequence);
    return null;
  }

  /** A beat in the log, which another server may have heard. */
  heardElsewhere(beat: RecordedBeat): void {
    const known = this.groups.get(beat.group)?.runners.get(beat.runner);
    if (known?.incarnation === beat.incarnation) this.raise(beat);
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): [ProcessKey, number][] {
    return [...this.last];
  }
  restore(saved: ReturnType<Sequences['saved']>): void {
    for (const [key, sequence] of saved) this.last.set(key, sequence);
  }

  /** The process is gone: its next life starts from nothing. */
  forget(about: ProcessId): void {
    this.last.delete(processKey(about));
  }
}
