import { rmSync } from 'node:fs';

/** With all in it, also while processes that were killed a moment ago, or what they began, still write there. */
export const dropFolder = (path: string): void =>
  rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
