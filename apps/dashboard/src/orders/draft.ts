import type { Given } from './kinds.js';

let left: { of: string; given: Given } | null = null;

/** What stood in that form when somebody had to sign in again, as a token ends while people write. */
export const draftOf = (of: string): Given | null => (left?.of === of ? left.given : null);
export const leaveDraft = (of: string, given: Given): void => void (left = { of, given });
export const dropDraft = (): void => void (left = null);
