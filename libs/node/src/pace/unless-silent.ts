import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore } from '@conclave/event-store';

const MOST_MS = 1_000;

/**
 * A step of a stop. A store across a network that says nothing is not waited for: nobody hears what comes of it any more, and
 * whoever asked for the stop kills what takes too long.
 */
export async function unlessSilent(
  { isExclusive }: Pick<EventStore, 'isExclusive'>,
  step: Promise<unknown>,
): Promise<void> {
  const done = new AbortController();
  await Promise.race([step, ...(isExclusive ? [] : [sleep(MOST_MS, undefined, done)])]);
  done.abort();
}
