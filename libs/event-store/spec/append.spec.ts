import { describe, expect, it } from '@jest/globals';
import { Assembler, checkWhole, TornAppend, wholeAppends, type StoredEvent } from '@conclave/event-store';
import { collect } from '@conclave/testing';

const event = (stream: string, version: number, index: number, of: number): StoredEvent => ({
  stream,
  version,
  position: String(version * 10),
  id: `${stream}${version}`,
  type: 'E',
  data: {},
  meta: of === 1 ? {} : { part: { index, of } },
});
const three = [event('s', 1, 0, 3), event('s', 2, 1, 3), event('s', 3, 2, 3)];

describe('whole appends', () => {
  it('nothing is handed over before the last part; an event without a part is an append of its own', () => {
    const assembler = new Assembler();
    expect(three.map((e) => assembler.take(e))).toEqual([
      [],
      [],
      [{ stream: 's', events: three, position: '30' }],
    ]);
    expect(assembler.isAmidst).toBe(false);
    expect(assembler.take(event('t', 1, 0, 1))).toEqual([
      { stream: 't', events: [event('t', 1, 0, 1)], position: '10' },
    ]);
  });

  it.each([
    ['a part is missing', [three[0]!, three[2]!]],
    ['it begins in the middle', [three[1]!]],
    ['a part comes twice', [three[0]!, three[0]!]],
    ['the parts disagree how many there are', [three[0]!, event('s', 2, 1, 2)]],
    ['a part lies beyond the last', [event('s', 1, 0, 3), event('s', 2, 1, 3), event('s', 3, 3, 3)]],
  ])('hands over what is not whole as such: %s', async (_, events) => {
    const assembler = new Assembler();
    expect(events.flatMap((e) => assembler.take(e))).toEqual([
      { stream: 's', events, position: events.at(-1)!.position, torn: expect.any(TornAppend) },
    ]);
    async function* read() {
      yield* events;
    }
    await expect(collect(wholeAppends(read()))).rejects.toMatchObject({
      code: 'append-torn',
      message: expect.stringMatching(/^event \d of stream "s" cannot be read: /),
    });
    expect(assembler.take(event('s', 9, 0, 1))).toHaveLength(1); // what comes after it is not touched
  });

  it('another stream comes between: the first is torn, the other one is not', () => {
    const assembler = new Assembler();
    assembler.take(three[0]!);
    expect(assembler.take(event('t', 1, 0, 1))).toMatchObject([
      {
        stream: 's',
        events: [three[0]],
        torn: { message: 'event 1 of stream "s" cannot be read: its append broke off after part 1 of 3' },
      },
      { stream: 't' },
    ]);
  });

  it.each([
    { index: 'x', of: 2 },
    { index: 2, of: 2 },
    { index: -1, of: 2 },
    'first',
    null,
    { index: 0.5, of: 2 },
  ])('who says nonsense of its place is an append of its own: %j', (part) => {
    const foreign = { ...event('s', 1, 0, 1), meta: { part } };
    expect(new Assembler().take(foreign)).toEqual([{ stream: 's', events: [foreign], position: '10' }]);
  });

  it('begins anew after a reset: the same append comes again, whole', () => {
    const assembler = new Assembler();
    assembler.take(three[0]!);
    assembler.take(three[1]!);
    expect(assembler.isAmidst).toBe(true);
    assembler.reset();
    expect(three.map((e) => assembler.take(e)).at(-1)).toMatchObject([{ events: three }]);
  });

  it('of a read that ends within an append, the beginning is left out', async () => {
    async function* read() {
      yield* three;
      yield event('s', 4, 0, 2);
    }
    expect((await collect(wholeAppends(read()))).map(({ events }) => events.length)).toEqual([3]);
  });

  it('a writer must say the parts of what it writes together, whole', () => {
    checkWhole([...three, event('s', 4, 0, 1), event('s', 5, 0, 2), event('s', 6, 1, 2)]);
    for (const wrong of [
      [],
      three.slice(0, 2),
      three.slice(1),
      [three[0]!, three[2]!, three[1]!],
      [three[0]!, three[1]!, event('s', 3, 2, 4)],
    ])
      expect(() => checkWhole(wrong)).toThrow(TypeError);
  });
});
