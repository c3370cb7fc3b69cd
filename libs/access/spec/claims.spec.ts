import { describe, expect, it } from '@jest/globals';
import { accessFrom } from '@conclave/access';
import { grantsFor, nameIn } from '../src/claims.js';

const claims = {
  sub: 'system:serviceaccount:ci:runner',
  groups: ['dev', 'ops'],
  'kubernetes.io': { namespace: 'ci', pod: { name: 'ci-7' } },
  star: '*',
};

describe('what claims are worth', () => {
  it('every condition must hold; a list holds if one of it does', () => {
    const rule = { role: 'operator' as const, groups: ['deploy'] };
    const granted = (when: Record<string, string>) => grantsFor([{ ...rule, when }], claims).length;
    expect(granted({ groups: 'ops' })).toBe(1);
    expect(granted({ groups: 'op*' })).toBe(1);
    expect(granted({ groups: 'ops', sub: 'somebody' })).toBe(0);
    expect(granted({ '/kubernetes.io/namespace': 'ci' })).toBe(1);
    expect(granted({ nothing: '*' })).toBe(0);
    expect(granted({ constructor: '*' })).toBe(0);
  });

  it('a claim fills in ids, but never becomes a pattern', () => {
    const fill = (runners: string[], groups = ['${/kubernetes.io/namespace}-*']) =>
      grantsFor([{ role: 'runner', groups, runners }], claims);
    expect(fill(['${/kubernetes.io/pod/name}'])).toEqual([
      { role: 'runner', groups: ['ci-*'], runners: ['ci-7'] },
    ]);
    for (const hostile of ['${star}', '${groups}', '${sub}', '${nothing}']) {
      expect(fill([hostile])).toEqual([]);
      expect(fill(['r'], [hostile])).toEqual([]);
    }
  });

  it('a name is what names can be', () => {
    expect(nameIn(claims, 'sub')).toBe('system-serviceaccount-ci-runner');
    expect(nameIn({ sub: 'ana@acme.com' }, 'sub')).toBe('ana@acme.com');
    expect(nameIn({ sub: '_ana' }, 'sub')).toBe('x_ana'); // not ana
    expect(nameIn({ sub: '//ana' }, 'sub')).toBe('x--ana');
    expect(nameIn({ sub: '//' }, 'sub')).toBeNull();
    expect(nameIn(claims, 'nothing')).toBeNull();
  });

  it('a file that cannot be meant so says where', () => {
    expect(() =>
      accessFrom('issuers: [{issuer: a, audience: b, grants: [{role: king, groups: [x]}]}]'),
    ).toThrow(/^issuers\.0\.grants\.0\.role: /);
    expect(() =>
      accessFrom(
        'issuers: [{issuer: a, audience: b, grants: [{role: operator, groups: [x], runners: [r]}]}]',
      ),
    ).toThrow(/^issuers\.0\.grants\.0\.runners: only the roles runner and join/);
    expect(() => accessFrom('tokens: []')).toThrow(/Unrecognized key/);
    expect(() => accessFrom('issuers: [')).toThrow();
    expect(accessFrom('')).toEqual({ issuers: [] });
  });
});
