import { describe, expect, it } from '@jest/globals';
import { Patience } from '../src/pace/pacing.js';

const late = (): Error => new DOMException('no answer within 800 ms', 'TimeoutError');

/** Of somebody whose last requests were not answered, as many as it takes. */
const cutOff = (): Patience => {
  const patience = new Patience();
  for (let n = 0; n < 10; n++) patience.unanswered(late(), true);
  return patience;
};

describe('how long an answer is waited for', () => {
  it.each([
    [50, 1_000],
    [125, 1_000],
    [400, 1_600],
    [1_000, 2_000],
    [5_000, 4_000],
  ])('with a heartbeat of %d ms by who was cut off: %d ms', (heartbeatMs, ms) => {
    expect(cutOff().ms(heartbeatMs)).toBe(ms);
  });

  it('three times as long as the last answer took, a second at the most where heartbeats are short', () => {
    const patience = cutOff();
    patience.answered(200);
    expect(patience.ms(50)).toBe(600);
    patience.answered(500);
    expect(patience.ms(50)).toBe(1_000);
    patience.answered(1);
    expect(patience.ms(50)).toBe(250);
  });

  it('whoever joins waits for twice as long each time that nobody answers, until somebody does', () => {
    const patience = new Patience();
    const waited = Array.from({ length: 6 }, () => {
      const ms = patience.joiningMs(1_000, true);
      patience.unanswered(late(), true);
      return ms;
    });
    expect(waited).toEqual([800, 1_600, 4_000, 16_000, 16_000, 16_000]);
    expect(patience.joiningMs(1_000, false)).toBe(8_000); // who is not there may be back
    patience.answered(10);
    expect(patience.joiningMs(1_000, true)).toBe(800);
  });

  it('not for longer where another one was not asked in vain: it may be there soon', () => {
    const patience = new Patience();
    for (let n = 0; n < 10; n++) patience.unanswered(late(), false);
    expect(patience.joiningMs(1_000, true)).toBe(2_000);
  });

  it('not for longer where nobody was there to be asked', () => {
    const patience = new Patience();
    for (let n = 0; n < 10; n++) patience.unanswered(new TypeError('was not reached: ECONNREFUSED'), true);
    expect(patience.joiningMs(1_000, true)).toBe(2_000);
  });
});
