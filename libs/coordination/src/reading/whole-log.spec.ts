import { expect, it } from '@jest/globals';
import type { EventStore, Item } from '@conclave/event-store';
import { anEvent, collect } from '@conclave/testing';
import { wholeLog } from './whole-log.js';

it('the whole log is every event up to the end of history, whatever of others was passed on the way', async () => {
  const event = (version: number) => ({ ...anEvent(), stream: 's', version, position: String(version) });
  const items: Item[] = [
    event(1),
    { type: 'passed', position: '1', checkpoint: 'x' },
    event(2),
    { type: 'caught-up', position: '2' },
    event(3),
  ];
  const store = {
    async *subscribe() {
      yield* items;
    },
  } as unknown as EventStore;
  expect((await collect(wholeLog(store))).map(({ version }) => version)).toEqual([1, 2]);
});
