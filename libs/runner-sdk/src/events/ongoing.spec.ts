import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Ongoing } from './ongoing.js';

describe('a problem that goes on', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  /** At which seconds it was news, said each half second while `isOn`. */
  function newsOf(
    seconds: number,
    isOn: (second: number) => boolean,
    words = (_: number) => 'away',
  ): number[] {
    const [ongoing, news] = [new Ongoing(), [] as number[]];
    for (let second = 0; second <= seconds; second += 0.5) {
      if (isOn(second) && ongoing.isNews(words(second))) news.push(second);
      jest.advanceTimersByTime(500);
    }
    return news;
  }

  it('is news at once, and then ever more seldom, each ten minutes at the least', () => {
    expect(newsOf(2_600, () => true)).toEqual([0, 10, 30, 70, 150, 310, 630, 1_230, 1_830, 2_430]);
  });

  it('that was over for a minute is news again', () => {
    expect(newsOf(100, (second) => second < 5 || second > 64 || second === 30)).toEqual([0, 30, 64.5]);
    expect(newsOf(200, (second) => second < 5 || (second > 66 && second < 69))).toEqual([0, 66.5]);
  });

  it('in other words is another one, and two in turns are told of once each', () => {
    expect(
      newsOf(
        9,
        () => true,
        (second) => `${Math.floor(second) % 2}`,
      ),
    ).toEqual([0, 1]);
  });

  it('that says how long it has waited is the same with another number; of another address it is another one', () => {
    const from = (second: number) =>
      second < 5
        ? `no answer within ${1_000 + second} ms from http://h:1`
        : `no answer within 9 ms from http://h:2`;
    expect(newsOf(9, () => true, from)).toEqual([0, 5]);
    expect(
      newsOf(
        9,
        () => true,
        (second) => `group "g-${Math.floor(second / 5)}" at ${second}, read`,
      ),
    ).toEqual([0, 5]);
  });
});
