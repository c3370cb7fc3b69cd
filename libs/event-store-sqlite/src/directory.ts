import { mkdirSync } from 'node:fs';
import { StoreUnusable } from '@conclave/event-store';

/** Throws {@link StoreUnusable}. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new StoreUnusable(
      `the directory "${directory}" cannot be made (${(error as Error).message}). Make it, or point CONCLAVE_STORE elsewhere.`,
    );
  }
}
