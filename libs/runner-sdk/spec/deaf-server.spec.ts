import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, Script, work } from './scripted-conclave.fixture.js';

// A server that hears nothing from its store answers standbys from memory, and says how old that is. Who stays there is
// not told that it was elected.

let [one, two] = [new Script(), new Script()];
let runner: Runner;
const begin = (...url: string[]) => {
  runner = new Runner({ url, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
};
beforeEach(async () => {
  [one, two] = [new Script(), new Script()];
  await Promise.all([one.listen(), two.listen()]);
});
afterEach(async () => {
  await runner.stop();
  one.close();
  two.close();
});

it('a standby leaves it for one that hears, and its stream follows', async () => {
  begin(one.url, two.url);
  await until('its stream is open', () => one.session !== null);
  one.staleMs = 3_500;
  await until('its stream is at the other', () => two.session !== null && one.session!.destroyed);
  let [before, there] = [0, 0];
  await until('it beats there alone', () => {
    // a stall of the machine ends a request, and the one behind it goes to the first once more
    if (one.beats.length !== before) [before, there] = [one.beats.length, two.beats.length];
    return two.beats.length > there + 3;
  });
  two.staleMs = 3_500;
  one.staleMs = 0;
  await until('it is back', () => one.sessions === 2 && two.session!.destroyed);
});

it('where all are deaf it asks one after the other, and its stream stays', async () => {
  one.staleMs = two.staleMs = 3_500;
  begin(one.url, two.url);
  await until('it asks both', () => one.beats.length > 3 && two.beats.length > 3);
  expect(one.sessions + two.sessions).toBe(1);
});

it('the next one is asked at once, and where all are deaf, no one twice', async () => {
  one.staleMs = two.staleMs = 3_500;
  one.answer = two.answer = () => ({ role: 'standby', term: 0, heartbeatMs: 3_600_000 });
  begin(one.url, two.url);
  await until(
    'it has asked both',
    () => one.beats.length > 0 && two.beats.length > 0 && one.session !== null,
  );
  one.push('news', {});
  await until('it asks for the news', () => one.beats.length > 1);
  expect([one.beats.length, two.beats.length]).toEqual([2, 1]);
});

it('a leader stays: its lease says that it was heard', async () => {
  one.staleMs = 3_500;
  one.answer = leading();
  begin(one.url, two.url);
  await until('it leads', () => one.beats.filter(({ term }) => term === 1).length > 3);
  expect([two.beats.length, one.sessions]).toEqual([0, 1]);
});

it('a short pause moves nobody', async () => {
  one.staleMs = 1_500;
  begin(one.url, two.url);
  await until('it beats', () => one.beats.length > 4);
  expect([two.beats.length, one.sessions]).toEqual([0, 1]);
});
