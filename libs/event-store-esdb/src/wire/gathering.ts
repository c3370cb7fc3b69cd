import type { RecordedEvent, ResolvedEvent, StreamingRead } from '@eventstore/db-client';

/** What came of a read. */
export interface Gathered {
  events: RecordedEvent[];
  /** There may be more: it took long, as large events over a slow line do. */
  isCut: boolean;
}

/**
 * All of a read, or what came of it within `enoughMs`, one event at the least: whoever asks again goes on from there, however
 * slow the line. The error listener stays on: a late error without one ends the process (facts 0.4).
 */
export async function gathered(read: StreamingRead<ResolvedEvent>, enoughMs: number): Promise<Gathered> {
  const events: RecordedEvent[] = [];
  const beganMs = performance.now();
  return new Promise((resolve, reject) => {
    read
      .on('error', reject)
      .on('data', ({ event }) => {
        if (event) events.push(event);
        if (event && performance.now() - beganMs >= enoughMs) resolve({ events: [...events], isCut: true });
      })
      .on('end', () => resolve({ events, isCut: false }));
  });
}
