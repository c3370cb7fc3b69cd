import { readFileSync } from 'node:fs';
import { groupOf, readEvent, type RecordedEvent } from '@conclave/election';

/** The events of an evidence file: an incident as a test can replay it. */
export function scenario(file: string): RecordedEvent[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const stored = lines
    .map((line) => JSON.parse(line) as { stream?: string })
    .filter((line) => line.stream !== undefined);
  return stored.map((event) => readEvent(groupOf(event.stream!)!, event as Parameters<typeof readEvent>[1]));
}
