import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CliError } from '../remote/cli-error.js';
import { checkAll } from './each-group.js';

const failed = (groups: Record<string, CliError>, done: string[] = []) => {
  try {
    checkAll({ done, failed: groups });
    return null;
  } catch (error) {
    const { exitCode, message, details } = error as CliError;
    return { exitCode, message, failed: details.failed };
  }
};
const kept = new CliError(3, 'the file exists');
const forbidden = (group: string) => new CliError(3, `ana may not: ${group}`, { code: 'forbidden' });
const own = new CliError(3, 'ana gives this order', { code: 'invalid-request' });

describe('a work on all groups', () => {
  beforeEach(() => void jest.spyOn(console, 'error').mockImplementation(() => undefined));
  afterEach(() => void jest.restoreAllMocks());

  it.each([
    [{}, null],
    [
      { b: kept },
      {
        exitCode: 1,
        message: expect.stringMatching(/^it was not done for b\./),
        failed: { b: kept.message },
      },
    ],
    [
      { a: own, b: own },
      { exitCode: 3, message: own.message },
    ],
    [
      { a: own, b: kept },
      { exitCode: 1, failed: { a: own.message, b: kept.message } },
    ],
    [
      { a: forbidden('a'), b: forbidden('b') },
      { exitCode: 3, message: 'ana may not: a' },
    ],
    [{ a: new CliError(4, 'away') }, { exitCode: 4, message: 'away' }],
  ])('%j ends with %j', (groups: Record<string, CliError>, end) => {
    if (end) expect(failed(groups)).toMatchObject(end);
    else expect(failed(groups)).toBeNull();
  });

  it('that was done in part names the rest, whatever kept it from those', () => {
    expect(failed({ b: own }, ['a'])).toMatchObject({ exitCode: 1, failed: { b: own.message } });
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`g${n}`, kept]));
    expect(failed(many)!.message).toMatch(/g9 and 2 more\./);
  });
});
