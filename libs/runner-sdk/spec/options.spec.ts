import { describe, expect, it } from '@jest/globals';
import { RegisterBody } from '@conclave/contract';
import { Runner, type RunnerOptions } from '@conclave/runner-sdk';
import { settleOptions } from '../src/options.js';

const right = { url: 'http://127.0.0.1:7600', group: 'g', id: 'r' };

/** What servers take, and what they do not. */
const LABELS: [name: string, text: string][] = [
  ['a b/ü=', 'any"thing\n'],
  ['n'.repeat(63), 't'.repeat(255)],
  ['n'.repeat(64), ''],
  ['a', 't'.repeat(256)],
  ['', ''],
  ['a"', ''],
  ['a\\', ''],
  ['a\n', ''],
  ['a\ud800', ''],
  ['a', '\ud800'],
];

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
      /url must be like http:\/\/127\.0\.0\.1:7600, without user, password, query and fragment, or a list of such, not "localhost:7600"/,
    ],
    [{ url: [] }, /url must be/],
    [{ id: '' }, /id must be .*, not ""/],
    [{ url: 'http://h/?q=1' }, /url must be .* query/],
    [{ url: 'http://h,http://i' }, /url must be .* or a list of such, not "http:\/\/h,http:\/\/i"/],
    [{ url: 'http://h/#there' }, /url must be .* fragment/],
    [{ labels: { a: 1 } }, /labels must be an object of at most 32 texts .*, not { a: 1 }/],
    [{ ca: '/nowhere/ca.pem' }, /ca must be the path of a file that can be read, not "\/nowhere\/ca.pem"/],
    [{ tokenFile: import.meta.dirname }, /tokenFile must be the path of a file that can be read/],
    [
      { tokenFile: '/nowhere/token' },
      /tokenFile must be the path of a file that can be read, not what was given/,
    ],
    [
      { tokenFile: 'cv1_secret' },
      /tokenFile must be the path of a file that can be read, not what was given/,
    ],
    [{ url: new URL('http://u:p@h/') }, /url must be .*, not what was given/],
    [{ url: [new URL('http://h/'), new URL('ftp://h/')] }, /url must be .* or a list of such/],
    [{ cert: import.meta.filename }, /: cert and key go together/],
    [{ key: import.meta.filename }, /: cert and key go together/],
    [{ token: 'a', joinToken: 'b' }, /: of token and joinToken only one can be shown/],
    [{ tokenFile: import.meta.filename, token: 'a' }, /: of token and tokenFile only one can be shown/],
    [{ platform: 'half of a pair: \ud800' }, /platform must be a text/],
    [{ priority: 1n }, /priority must be a whole number .*, not 1n$/],
    [{ priority: 1.5 }, /priority must be a whole number/],
    [{ ready: 'yes' }, /ready must be true or false, not "yes"/],
    [{ incarnation: 'x' }, /incarnation must be a uuid/],
    [{ maxDrift: 2 }, /maxDrift must be a number from 0 to 0\.5/],
    [{ signals: 'SIGTERM' }, /signals must be a list of signals/],
    [{ tocken: 'x' }, /there is no option "tocken"; there are url, group, id, token/],
  ])('refuses %j', (wrong, message) => {
    expect(() => new Runner({ ...right, ...wrong })).toThrow(TypeError);
    expect(() => new Runner({ ...right, ...wrong })).toThrow(message);
  });

  it.each(LABELS)('takes the label %j: %j where servers do', (name, text) => {
    const labels = { [name]: text };
    const make = () => new Runner({ ...right, labels });
    if (RegisterBody.shape.labels.safeParse(labels).success) expect(make).not.toThrow();
    else expect(make).toThrow(/^Runner: labels must be/);
  });

  it('of a configuration that is a class each getter counts', () => {
    class Configuration implements RunnerOptions {
      get url() {
        return right.url;
      }
      get group() {
        return right.group;
      }
      get id() {
        return right.id;
      }
      get token(): string {
        return 'of two words';
      }
    }
    expect(() => new Runner(new Configuration())).toThrow(/^Runner: token must be/);
    const { group, id } = settleOptions(Object.create(right) as RunnerOptions);
    expect([group, id]).toEqual(['g', 'r']);
  });

  it('takes addresses as texts and as URLs', () => {
    const urls = (url: RunnerOptions['url']) => settleOptions({ ...right, url }).urls;
    expect(urls(new URL('http://h:1/under/'))).toEqual(['http://h:1/under']);
    expect(urls([' http://h:1/ ', new URL('https://i')])).toEqual(['http://h:1', 'https://i']);
  });

  it('takes what is right; undefined is left out', () => {
    expect(new Runner({ ...right, labels: { a: 'b' }, signals: [], platform: undefined }).status).toBe(
      'connecting',
    );
  });
});
