import { describe, expect, it } from '@jest/globals';
import { Assembler, checkWhole, TornAppend, wholeAppends, type StoredEvent } from '@conclave/event-store';
import { collected } from '@conclave/testing';

const event = (stream: string, version: number, index: number, of: number): StoredEvent =>
  ({ stream, version, position: String(version * 10), id: `${stream}${version}`, type: 'E', data: {}, meta: of === 1 ? {} : { part: { index, of } } });
const three = [event('s', 1, 0, 3), event('s', 2, 1, 3), event('s', 3, 2, 3)];

describe('whole appends', () => {
  it('nothing is handed over before the last part; an event without a part is an append of its own', () => {
    const assembler = new Assembler();
    expect(three.map((e) => assembler.take(e))).toEqual([null, null, { stream: 's', events: three, position: '30' }]);
    expect(assembler.isAmidst).toBe(false);
    expect(assembler.take(event('t', 1, 0, 1))).toEqual({ stream: 't', events: [event('t', 1, 0, 1)], position: '10' });
  });

  it.each([
    ['a part is missing', [three[0]!, three[2]!]],
    ['it begins in the middle', [three[1]!]],
    ['another stream comes between', [three[0]!, event('t', 1, 0, 1)]],
    ['a part comes twice', [three[0]!, three[0]!]],
    ['the parts disagree how many there are', [three[0]!, event('s', 2, 1, 2)]],
    ['a part lies beyond the last', [event('s', 1, 0, 3), event('s', 2, 1, 3), event('s', 3, 3, 3)]],
  ])('refuses a log in which %s', (_, events) => {
    const assembler = new Assembler();
    expect(() => events.map((e) => assembler.take(e))).toThrow(TornAppend);
  });

  it('begins anew after a reset: the same append comes again, whole', () => {
    const assembler = new Assembler();
    assembler.take(three[0]!);
    assembler.take(three[1]!);
    expect(assembler.isAmidst).toBe(true);
    assembler.reset();
    expect(three.map((e) => assembler.take(e)).at(-1)).toMatchObject({ events: three });
  });

  it('of a read that ends within an append, the beginning is left out', async () => {
    async function* read() { yield* three; yield event('s', 4, 0, 2); }
    expect((await collected(wholeAppends(read()))).map(({ events }) => events.length)).toEqual([3]);
  });

  it('a writer must say the parts of what it writes together, whole', () => {
    checkWhole([...three, event('s', 4, 0, 1), event('s', 5, 0, 2), event('s', 6, 1, 2)]);
    for (const wrong of [[], three.slice(0, 2), three.slice(1), [three[0]!, three[2]!, three[1]!], [three[0]!, three[1]!, event('s', 3, 2, 4)]])
      expect(() => checkWhole(wrong)).toThrow(TypeError);
  });
});
