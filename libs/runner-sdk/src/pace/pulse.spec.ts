import { expect, it } from '@jest/globals';
import { Pulse } from './pulse.js';

it('nobody looks through those elsewhere: of thousands with credentials of their own all time would go to that', async () => {
  let looks = 0;
  const { signal } = new AbortController();
  const placeOf = (at: number) => () => `${(looks++, at)}`;
  const pulses = Array.from({ length: 200 }, (_, at) => new Pulse(placeOf(at), signal));
  await Promise.all(pulses.map(async (pulse) => pulse.rest(50)));
  expect(looks).toBe(200);
  expect(pulses.some(({ isJoint }) => isJoint)).toBe(false);
});
