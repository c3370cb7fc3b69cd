import { describe, expect, it } from '@jest/globals';
import { SubscriptionDropped, Tail, type EventStore, type NewEvent } from '@conclave/event-store';
import { until } from '@conclave/processes';
import { anEvent, silentReport } from '@conclave/testing';

const append = (...types: string[]): NewEvent[] =>
  types.map((type, index) => ({ ...anEvent(type), meta: { v: 1, part: { index, of: types.length } } }));
/** Of which only this is looked at. */
const storeOf = (
  subscribe: (from: string, signal: AbortSignal, checkpoint: string | null) => AsyncIterable<unknown>,
) => ({ subscribe }) as unknown as EventStore;

describe('the tail and what is not ours', () => {
  it('hands over as torn what lost a part, goes on, and does not know the log again by it', async () => {
    const [whole] = append('A');
    const torn = { ...anEvent('X'), meta: { v: 1, part: { index: 1, of: 3 } } };
    const foreign = { ...anEvent('F'), meta: {} };
    const items = [
      { ...whole!, stream: 's', version: 1, position: '1' },
      { ...torn, stream: 's', version: 2, position: '2' },
      { ...foreign, stream: 't', version: 1, position: '3' },
    ];
    const handed: string[] = [];
    const told: string[] = [];
    const tail = new Tail(
      storeOf(async function* () {
        yield* items;
        await new Promise(() => undefined);
      }),
      [{ apply: ({ events, torn: why }) => handed.push(`${events[0]!.type}: ${why?.message ?? 'whole'}`) }],
      { ...silentReport, unreadable: (error) => told.push(error.message) },
    );
    tail.start();
    await until('all came', () => handed.length === 3);
    expect(handed).toEqual([
      'A: whole',
      'X: event 2 of stream "s" cannot be read: it is part 2 of 3 of an append whose beginning is not there',
      'F: whole',
    ]);
    expect([told, tail.position, tail.anchors.map(({ position }) => position)]).toEqual([[], '3', ['1']]);
  });

  it('remembers how far the store has looked, between two appends only, and begins there again', async () => {
    const asked: unknown[] = [];
    const passed = (position: string) => ({
      type: 'passed' as const,
      position,
      checkpoint: `at ${position}`,
    });
    const [one, ...two] = [...append('A'), ...append('B', 'C')].map((event, n) => ({
      ...event,
      stream: 's',
      version: n + 1,
      position: String((n + 1) * 10),
    }));
    const lives = [
      [one!, passed('10'), passed('15')],
      [two[0]!, passed('25')],
      [...two, passed('30')],
      [passed('99')],
    ];
    const told: string[] = [];
    const source = storeOf(async function* (from, _, checkpoint) {
      asked.push([from, checkpoint]);
      yield* lives.shift() ?? [];
      if (lives.length === 0) await new Promise(() => undefined);
      throw new SubscriptionDropped('slow-consumer', 'again');
    });
    const tail = new Tail(
      source,
      [{ apply: () => undefined, passed: (checkpoint) => told.push(checkpoint) }],
      silentReport,
    );
    tail.start({ position: '1', anchors: [], checkpoint: 'at 5' });
    await until('all was told', () => told.length === 2);
    expect([asked, told]).toEqual([
      [
        ['1', 'at 5'],
        ['10', 'at 15'],
        ['10', 'at 15'],
        ['30', null],
      ],
      ['at 15', 'at 99'],
    ]);
  });
});
