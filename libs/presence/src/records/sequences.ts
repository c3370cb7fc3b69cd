import type { Process } from '../hearing/roll.js';

/**
 * What a network repeats or delays is not recorded again (L2), as far as this server knows; where it is, it renews once more
 * and hurts no rule. Null, or the highest sequence that was heard or read of the process if this one is not above it.
 */
export function raise(process: Process, sequence: number): number | null {
  if (sequence <= process.sequence) return process.sequence;
  process.sequence = sequence;
  return null;
}
