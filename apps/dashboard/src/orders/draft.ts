import type { WriteReply } from '@conclave/contract';
import type { Given } from './kinds.js';

/** What stood in a form, and what was answered if it is done. */
interface Draft {
  given: Given;
  done: WriteReply | null;
}
let left: (Draft & { of: string }) | null = null;

/** How that form was when somebody had to sign in again, as a token ends while people write. */
export const draftOf = (of: string): Draft | null => (left?.of === of ? left : null);
export const leaveDraft = (of: string, draft: Draft): void => void (left = { of, ...draft });
export const dropDraft = (): void => void (left = null);
