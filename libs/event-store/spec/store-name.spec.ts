import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPassword, placeOf, nameStore, StoreUnusable, type StoreVariables } from '@conclave/event-store';

const folder = mkdtempSync(join(tmpdir(), 'conclave-store-name-'));
afterAll(() => rmSync(folder, { recursive: true }));
const named = (environment: StoreVariables) => nameStore(environment, (path) => readFileSync(path, 'utf8'));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('the store that the environment names', () => {
  it('is in a variable or in a file; user and password may stand apart, with any character', () => {
    expect(named({})).toBeNull();
    expect(named({ CONCLAVE_STORE: 'sqlite:x' })).toBe('sqlite:x');
    expect(named({ CONCLAVE_STORE_FILE: file('store', 'esdb://u:p@h:1\n') })).toBe('esdb://u:p@h:1');
    const apart = {
      CONCLAVE_STORE_USER: 'conclave',
      CONCLAVE_STORE_PASSWORD_FILE: file('password', 'p:w@d/1\n'),
    };
    expect(named({ CONCLAVE_STORE: 'esdb+discover://h:1?tlsCAFile=ca.crt', ...apart })).toBe(
      'esdb+discover://conclave:p%3Aw%40d%2F1@h:1?tlsCAFile=ca.crt',
    );
  });

  it.each([
    [{ CONCLAVE_STORE: 'sqlite:x', CONCLAVE_STORE_FILE: 'y' }, /both set/],
    [{ CONCLAVE_STORE_FILE: join(folder, 'none') }, /CONCLAVE_STORE_FILE=".*none" cannot be read/],
    [{ CONCLAVE_STORE: 'esdb://h', CONCLAVE_STORE_USER: 'u' }, /belong together/],
    [
      {
        CONCLAVE_STORE: 'esdb://h',
        CONCLAVE_STORE_USER: 'u',
        CONCLAVE_STORE_PASSWORD_FILE: file('empty', '\n'),
      },
      /is empty/,
    ],
    [
      { CONCLAVE_STORE: 'sqlite:x', CONCLAVE_STORE_USER: 'u', CONCLAVE_STORE_PASSWORD_FILE: file('p', 'p') },
      /for EventStoreDB only/,
    ],
    [
      {
        CONCLAVE_STORE: 'esdb://a:b@h',
        CONCLAVE_STORE_USER: 'u',
        CONCLAVE_STORE_PASSWORD_FILE: file('p', 'p'),
      },
      /has a user already/,
    ],
  ])('%j is refused with what to do', (environment, why) => {
    expect(() => named(environment)).toThrow(why);
    expect(() => named(environment)).toThrow(StoreUnusable);
  });

  it('is the same store whatever its user, password and options', () => {
    const names = [
      'esdb://a:1,b:2',
      'esdb://u:p@a:1,b:2',
      'esdb://a:1,b:2?tls=false',
      'esdb://u:q@a:1,b:2/?tls=false&nodePreference=random',
      'esdb://u:p/q@a:1,b:2',
    ];
    expect(new Set(names.map(placeOf))).toEqual(new Set(['esdb://a:1,b:2']));
    expect(placeOf('sqlite:./a?b')).toBe('sqlite:./a?b');
    expect(names.map(hasPassword)).toEqual([false, true, false, true, true]);
  });
});
