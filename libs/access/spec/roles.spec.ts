import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fits, mayCall, maySee, type Caller, type Grant, type Role, type Rule } from '@conclave/access';

const by = (...grants: Grant[]): Caller => ({
  name: 'x',
  auth: { kind: 'token', subject: 'x', issuer: null },
  grants,
  expiresAtMs: null,
});
const ofGroup = (audience: Rule['audience']): Rule => ({ audience, scope: 'group' });

describe('what a credential may', () => {
  it('a pattern fits what the same glob as a regular expression fits', () => {
    const alphabet = fc.constantFrom('a', 'b', '*');
    const pattern = fc.array(alphabet, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, (glob, id) => {
        expect(fits(glob, id)).toBe(new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(id));
      }),
      { numRuns: 5_000 },
    );
  });

  const AUDIENCES = ['runners', 'consumers', 'auditors', 'operators', 'admins', 'operations'] as const;
  const MAY: Record<Role, string> = {
    join: 'operations',
    runner: 'runners consumers operations',
    consumer: 'consumers operations',
    auditor: 'consumers auditors operations',
    operator: 'consumers auditors operators operations',
    admin: 'consumers auditors operators admins operations',
  };
  it.each(Object.entries(MAY) as [Role, string][])('%s: %s', (role, may) => {
    const caller = by({ role, groups: ['deploy-*'], ...(role === 'runner' && { runners: ['r1'] }) });
    const open = (group: string, runner?: string) =>
      AUDIENCES.filter((audience) => mayCall(caller, ofGroup(audience), { group, runner })).join(' ');
    const inOrder = AUDIENCES.filter((audience) => may.split(' ').includes(audience)).join(' ');
    expect(open('deploy-a', 'r1')).toBe(inOrder);
    expect(open('other')).toBe('operations');
    if (role === 'runner') expect(open('deploy-a', 'r2')).toBe('consumers operations');
  });

  it('what concerns all groups needs a grant for all of them, not several that happen to be all', () => {
    const rule: Rule = { audience: 'admins', scope: 'all' };
    expect(mayCall(by({ role: 'admin', groups: ['a*', 'b*'] }), rule, {})).toBe(false);
    expect(mayCall(by({ role: 'admin', groups: ['*'] }), rule, {})).toBe(true);
  });

  it('a list shows only groups for which the caller may read that', () => {
    const caller = by({ role: 'consumer', groups: ['a*'] }, { role: 'auditor', groups: ['b'] });
    expect(['a1', 'b', 'c'].filter((group) => maySee(caller, 'consumers', group))).toEqual(['a1', 'b']);
    expect(['a1', 'b', 'c'].filter((group) => maySee(caller, 'auditors', group))).toEqual(['b']);
  });
});
