import { describe, expect, it } from '@jest/globals';
import { SettingsPatch } from '@conclave/contract';
import { inOptions } from './in-options.js';

/** As the server tells of them. */
const errorsOf = (settings: object) =>
  SettingsPatch.safeParse(settings).error!.issues.map(({ path, message }) => ({
    path: `/${path.join('/')}`,
    message,
  }));

describe('what is wrong with a request, in the words of the command line', () => {
  it('settings have the names and units of `set`', () => {
    expect(inOptions(errorsOf({ leaseMs: 3_600_000, drainMs: 9e9, damping: { halfLifeMs: 1 } }))).toBe(
      'lease: at most 10m; drain: at most 30m; damping.halfLife: at least 1s',
    );
    expect(inOptions(errorsOf({ damping: { suppressAt: 0 } }))).toBe('damping.suppressAt: at least 1');
    expect(inOptions([{ path: '/settings/leaseMs', message: 'x' }])).toBe('lease: x');
    expect(inOptions([{ message: 'x' } as never])).toBe('/: x');
    expect(inOptions(errorsOf({ leaseMs: 'x' }))).toMatch(/^lease: Invalid input: /);
  });

  it('what an option gave has its name, and all else is left as it is', () => {
    const message = 'Too big: expected number to be <=31622400000';
    expect(inOptions([{ path: '/ttlMs', message }])).toBe('--for: at most 366d');
    const long = 'Too big: expected string to have <=500 characters';
    expect(inOptions([{ path: '/reason', message: long }])).toBe('--reason: at most 500 characters');
    expect(inOptions([{ path: '/key', message: 'must start with a letter' }])).toBe(
      '/key: must start with a letter',
    );
  });
});
