import type { Auth } from '@conclave/contract';
import { z } from 'zod';

/** What a credential is for; docs/access.md says in words what each may do. */
export const Role = z.enum(['join', 'runner', 'consumer', 'auditor', 'operator', 'admin']);
export type Role = z.infer<typeof Role>;

/** For whom a route is; `operations` is for everybody, also without a credential. */
export type Audience = 'runners' | 'consumers' | 'auditors' | 'operators' | 'admins' | 'operations';

const SERVES: Record<Role, readonly Audience[]> = {
  join: [],
  runner: ['runners', 'consumers'],
  consumer: ['consumers'],
  auditor: ['consumers', 'auditors'],
  operator: ['consumers', 'auditors', 'operators'],
  admin: ['consumers', 'auditors', 'operators', 'admins'],
};

/** An id in which `*` stands for any characters. */
export const Pattern = z
  .string()
  .regex(/^[A-Za-z0-9*][A-Za-z0-9._*-]{0,62}$/, 'must be an id, in which * stands for any characters');
export const Grant = z.strictObject({
  role: Role,
  groups: z.array(Pattern).min(1).max(100),
  /** Of a runner: which one it is. Absent: any. */
  runners: z.array(Pattern).min(1).max(100).optional(),
});
export type Grant = z.infer<typeof Grant>;

/** What others do is about whole groups: a grant of theirs that names runners would promise what nobody looks at. */
export const isOfItsRole = ({ role, runners }: Pick<Grant, 'role' | 'runners'>): boolean =>
  runners === undefined || role === 'runner' || role === 'join';
export const ONLY_RUNNERS = 'only the roles runner and join can be for some runners: leave it out';

/** Who asks, as it was proved. */
export interface Caller {
  /** Name of the credential: what the record calls the person. */
  name: string;
  auth: Auth;
  grants: readonly Grant[];
  /** Unix ms from which on the credential is worth nothing. */
  expiresAtMs: number | null;
  /** A runner's own credential speaks for this process only. */
  incarnation?: string;
}

/** What a route asks of who calls it. */
export interface Rule {
  audience: Audience;
  /** `group`: the group that the path names; `some`: any, the answer shows no others; `all`: every group. */
  scope: 'group' | 'some' | 'all';
  /** Roles that may, too. */
  also?: readonly Role[];
}

export function fits(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  const [first, ...rest] = pattern.split('*') as [string, ...string[]];
  const last = rest.pop()!;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let from = first.length;
  const end = text.length - last.length;
  return rest.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0 && from <= end;
  });
}
const fitsAny = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => fits(pattern, text));

const covers = ({ groups, runners }: Grant, group: string | null, runner: string | undefined): boolean =>
  (group === null ? groups.includes('*') : fitsAny(groups, group)) &&
  (runner === undefined || !runners || fitsAny(runners, runner));

/** True if the caller may call a route with that rule for that group and runner. */
export function mayCall(
  { grants }: Caller,
  { audience, scope, also = [] }: Rule,
  { group, runner }: { group?: string | undefined; runner?: string | undefined },
): boolean {
  if (audience === 'operations') return true;
  return grants.some((grant) => {
    const { role } = grant;
    if (!SERVES[role].includes(audience) && !also.includes(role)) return false;
    const about = audience === 'runners' ? runner : undefined;
    if (scope === 'all') return covers(grant, null, undefined);
    return group === undefined || covers(grant, group, about);
  });
}

/** The roles of which one is needed for such a route, the least first. */
export const rolesFor = ({ audience, also = [] }: Rule): Role[] =>
  Role.options.filter((role) => SERVES[role].includes(audience) || also.includes(role));

/** True if one of these roles is granted for the group. */
export const hasRole = ({ grants }: Caller, roles: readonly Role[], group: string | null): boolean =>
  grants.some((grant) => roles.includes(grant.role) && covers(grant, group, undefined));

/** True if what is told of the group may be shown. */
export const maySee = ({ grants }: Caller, audience: Audience, group: string): boolean =>
  grants.some((grant) => SERVES[grant.role].includes(audience) && covers(grant, group, undefined));
