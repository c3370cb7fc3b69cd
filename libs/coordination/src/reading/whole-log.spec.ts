import { expect, it } from '@jest/globals';
import { SubscriptionDropped, type DropReason, type EventStore, type Item } from '@conclave/event-store';
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

it('goes on where it was dropped for being slow; dropped otherwise, or without a step on, it ends', async () => {
  const event = (version: number) => ({ ...anEvent(), stream: 's', version, position: String(version) });
  const of = (...drops: [after: number, reason: DropReason][]) =>
    ({
      async *subscribe(from: string) {
        const [after, reason] = drops.shift() ?? [4, null];
        for (let version = Number(from) + 1; version <= after; version++) yield event(version);
        if (reason !== null) throw new SubscriptionDropped(reason, reason);
        yield { type: 'caught-up', position: '4' };
      },
    }) as unknown as EventStore;
  const read = async (store: EventStore) => (await collect(wholeLog(store))).map(({ version }) => version);
  expect(await read(of([1, 'slow-consumer'], [3, 'slow-consumer']))).toEqual([1, 2, 3, 4]);
  await expect(read(of([1, 'slow-consumer'], [1, 'slow-consumer']))).rejects.toThrow('slow-consumer');
  await expect(read(of([1, 'moved']))).rejects.toThrow('moved');
});
