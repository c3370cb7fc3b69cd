import { describe, expect, it } from '@jest/globals';
import { LastHour, type Sample } from './last-hour.js';

const sample = (n: number): Sample => ({
  at: new Date(n * 60_000).toISOString(),
  totals: { beats: 10 * n, requests: 20 * n, refused: n, decisions: n * n, writes: 0 },
  now: { loopDelayP99Ms: 1, heapBytes: n, deafMs: 0, leaderless: 0, streams: 0 },
});

describe('the last hour', () => {
  it('says what each minute added, and how it stood then; sixty at the most', () => {
    const hour = new LastHour();
    hour.take(sample(0));
    expect(hour.minutes).toEqual([]);
    for (let n = 1; n <= 70; n++) hour.take(sample(n));
    expect(hour.minutes).toHaveLength(60);
    expect(hour.minutes.at(-1)).toEqual({
      at: '1970-01-01T01:10:00.000Z',
      beats: 10,
      requests: 20,
      refused: 1,
      decisions: 70 * 70 - 69 * 69,
      writes: 0,
      loopDelayP99Ms: 1,
      heapBytes: 70,
      deafMs: 0,
      leaderless: 0,
      streams: 0,
    });
  });
});
