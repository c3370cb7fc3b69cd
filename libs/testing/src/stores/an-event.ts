import { randomUUID } from 'node:crypto';
import type { NewEvent } from '@conclave/event-store';

export const anEvent = (type = 'Happened', data: object = { n: 1 }): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  meta: { v: 1, at: '2026-11-24T12:00:00.000Z' },
});
