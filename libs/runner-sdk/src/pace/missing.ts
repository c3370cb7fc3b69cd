import { processWide } from './process-wide.js';

const missing = processWide(() => new Map<string, 'silent' | 'away'>());

/** What this process knows of a server: null if it answered last, 'silent' if it was waited for in vain, 'away' if it was not reached. */
export function remember(url: string, how: 'silent' | 'away' | null): void {
  if (how) missing().set(url, how);
  else missing().delete(url);
}
export const isSilent = (url: string): boolean => missing().get(url) === 'silent';
export const isMissing = (url: string): boolean => missing().has(url);
