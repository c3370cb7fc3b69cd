import { describe, expect, it } from '@jest/globals';
import { Runner, type RunnerOptions } from '@conclave/runner-sdk';

const right = { url: 'http://127.0.0.1:7600', group: 'g', id: 'r' };

describe('options of a runner', () => {
  it('says all that is missing at once', () => {
    expect(() => new Runner({} as RunnerOptions)).toThrow(
      /^Runner: url must be like http:.*, not left out; group must be .*, not left out; id must be .*, not left out$/,
    );
    expect(() => new Runner(undefined as never)).toThrow(/^Runner: url must be/);
  });

  it.each<[object, RegExp]>([
    [
      { url: 'localhost:7600' },
      /url must be like http:\/\/127\.0\.0\.1:7600, without user and password, or a list of such, not "localhost:7600"/,
    ],
    [{ url: [] }, /url must be/],
    [{ id: '' }, /id must be .*, not ""/],
    [{ labels: { a: 1 } }, /labels must be an object of texts, not {"a":1}/],
    [{ priority: 1.5 }, /priority must be a whole number/],
    [{ ready: 'yes' }, /ready must be true or false, not "yes"/],
    [{ incarnation: 'x' }, /incarnation must be a uuid/],
    [{ maxDrift: 2 }, /maxDrift must be a number from 0 to 0\.5/],
    [{ signals: 'SIGTERM' }, /signals must be a list of signals/],
    [{ tocken: 'x' }, /there is no option "tocken"; there are url, group, id, token/],
  ])('refuses %j', (wrong, message) => {
    expect(() => new Runner({ ...right, ...wrong } as RunnerOptions)).toThrow(TypeError);
    expect(() => new Runner({ ...right, ...wrong } as RunnerOptions)).toThrow(message);
  });

  it('takes what is right; undefined is left out', () => {
    expect(
      new Runner({ ...right, labels: { a: 'b' }, signals: [], platform: undefined as never }).status,
    ).toBe('connecting');
  });
});
