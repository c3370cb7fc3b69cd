import { renameSync } from 'node:fs';
import { draftNameOf, sweepDrafts } from '@conclave/launch';

/** What commands left of this file that were killed; before anything is refused, or it would stay for good. */
export const sweepParts = (file: string): void => sweepDrafts(file, Date.now(), 'part');

/** Of a file that a command makes. */
export function partOf(file: string): string {
  sweepParts(file);
  return draftNameOf(file, 'part');
}

/** What came and is not what it should be is evidence: no command removes it. Returns its name. */
export function keepRefused(draft: string): string {
  const kept = draft.replace(/part$/, 'refused');
  renameSync(draft, kept);
  return kept;
}
