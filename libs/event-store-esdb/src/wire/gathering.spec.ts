import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import { gathered } from './gathering.js';

describe('a read over a slow line', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** Each event takes so long to come. */
  const read = (count: number, eachMs: number) => {
    const wire = new EventEmitter();
    const result = gathered(wire as StreamingRead<ResolvedEvent>, 1_000);
    for (let n = 1; n <= count; n++) {
      jest.advanceTimersByTime(eachMs);
      wire.emit('data', { event: { revision: n } });
    }
    wire.emit('end');
    return result.then(({ events, isCut }) => [events.map(({ revision }) => Number(revision)), isCut]);
  };

  it('gives what came in time, and says that there may be more', async () => {
    expect(await read(5, 100)).toEqual([[1, 2, 3, 4, 5], false]);
    expect(await read(5, 400)).toEqual([[1, 2, 3], true]);
    expect(await read(5, 2_000)).toEqual([[1], true]); // or nobody would ever get on
    expect(await read(0, 0)).toEqual([[], false]);
  });

  it('rejects with what the server says', async () => {
    const wire = new EventEmitter();
    const result = gathered(wire as StreamingRead<ResolvedEvent>, 1_000);
    wire.emit('error', new Error('gone'));
    await expect(result).rejects.toThrow('gone');
  });
});
