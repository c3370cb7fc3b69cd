import { draftNameOf, sweepDrafts } from '@conclave/launch';

/** Of a file that a command makes; what others left that were killed goes. */
export function partOf(file: string): string {
  sweepDrafts(file, Date.now(), 'part');
  return draftNameOf(file, 'part');
}
