import { expect, it } from '@jest/globals';
import { sayShort, type Sayable } from '../../src/http/short-beats.js';
import { problem, standby, type Reply } from './crowd.fixture.js';

const version = 7;

it('one key is shown: who has a number with another one, or has no answer to its last beat, is said in full', async () => {
  const place = 'a place of its own';
  const one = (sequence: number, acked: number): Sayable => ({
    beat: { sequence, acked },
    short: { given: null },
  });
  const asked: { beats: object[]; short: { key: string | null; beats: number[] } }[] = [];
  const keysOf = ['one', 'another'];
  const ask = async (body: object) => {
    const { beats } = body as (typeof asked)[number];
    asked.push(body as never);
    const replies = beats.map((_, number) => ({ ...standby(), version, number }));
    const told = { key: keysOf.shift() ?? 'another', changed: [], unknown: [] };
    return { status: 200, headers: new Headers(), answer: { replies, short: told } };
  };
  const [first, second, third] = [one(1, 0), one(1, 0), one(1, 0)];
  await sayShort('u', place, [first], ask);
  await sayShort('u', `${place}, so that no key is known`, [second], ask);
  second.short.given!.place = place;
  await sayShort('u', place, [third], ask); // now there is another key
  for (const { beat } of [first, second, third]) Object.assign(beat, { sequence: 2, acked: 1 });
  Object.assign(third.beat, { sequence: 3 });
  await sayShort('u', place, [first, second, third], ask);
  expect(asked.at(-1)).toEqual({
    beats: [first.beat, third.beat],
    short: { key: 'another', beats: [0, 2, version] },
  });
});

it.each([
  ['an older answer', { ...standby(), version: 6, number: 0 }],
  ['a refusal', problem(409, 'beat-stale')],
])(
  '%s that is late is not taken for what was answered before a beat that is under way',
  async (what, late) => {
    const one: Sayable = { beat: { sequence: 1, acked: 0 }, short: { given: null } };
    const answer = (...replies: Reply[]) => {
      const short = { key: 'k', changed: [], unknown: [] };
      return { status: 200, headers: new Headers(), answer: { replies, short } };
    };
    const first = { ...standby(), version: 7, number: 0 };
    await sayShort('u', what, [one], async () => answer(first));
    const givenUp: Sayable = { beat: { sequence: 2, acked: 0 }, short: one.short };
    one.beat = { sequence: 3, acked: 2 };
    const heard = await sayShort('u', what, [one], async (body) => {
      expect(body).toEqual({ beats: [], short: { key: 'k', beats: [0, 3, 7] } });
      await sayShort('u', what, [givenUp], async () => answer(late));
      return answer();
    });
    expect(heard).toMatchObject({ replies: [first] });
  },
);
