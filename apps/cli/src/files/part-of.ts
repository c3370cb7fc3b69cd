import { renameSync } from 'node:fs';
import { draftNameOf, sweepDrafts } from '@conclave/launch';
import { CliError } from '../remote/cli-error.js';

/** A log names people and says why: whoever copies it reads it, until he gives it to others. */
export const OWN_ONLY = 0o600;

/** What commands left of this file that were killed; before anything is refused, or it would stay for good. */
export const sweepParts = (file: string): void => sweepDrafts(file, Date.now(), 'part');

/** Of a file that a command makes. */
export function partOf(file: string): string {
  sweepParts(file);
  return draftNameOf(file, 'part');
}

/** What came and is not what it should be is evidence: it gets a name that no command removes. Why it is refused. */
export function refused(draft: string, problem: string): CliError {
  const kept = draft.replace(/part$/, 'refused');
  renameSync(draft, kept);
  return new CliError(3, `what came, kept as "${kept}", is not what the server signed: ${problem}`);
}
