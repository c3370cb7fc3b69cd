import type { FastifyRequest } from 'fastify';
import {
  hasRole,
  mayCall,
  maySee,
  rolesFor,
  type Access,
  type Audience,
  type Caller,
  type Role,
  type Rule,
} from '@conclave/access';
import { PersonName, type Auth } from '@conclave/contract';
import type { Id } from '@conclave/election';
import { ApiProblem } from '../edge/api-problem.js';
import { headerOf, invalidHeader } from '../edge/headers.js';

export const OPERATING: readonly Role[] = ['operator', 'admin'];
const NOT_PROVED: Auth = { kind: 'none', subject: null, issuer: null };
/** While authentication is off everybody may do everything, and names are claims. */
export const ANYBODY: Caller = {
  name: 'anonymous',
  auth: NOT_PROVED,
  grants: [
    { role: 'admin', groups: ['*'] },
    { role: 'runner', groups: ['*'] },
  ],
  expiresAtMs: null,
};

/** Whoever asks what everybody may ask, while authentication is on. */
export const NOBODY: Caller = { ...ANYBODY, grants: [] };

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
    ownerOf: Access['ownerOf'] | null;
  }
}

export const callerOf = (request: FastifyRequest): Caller => request.caller ?? ANYBODY;
/** Of one who speaks in it, with a credential of its own or that of the request. Throws or rejects with AccessRefused. */
export const speakerIn = (
  request: FastifyRequest,
  credential: string | undefined,
): Caller | Promise<Caller> =>
  credential === undefined || !request.ownerOf ? callerOf(request) : request.ownerOf(credential);
/** False while authentication is off. */
export const isProved = (request: FastifyRequest): boolean => callerOf(request).auth.kind !== 'none';

export const forbidden = (caller: Caller, what: string): ApiProblem =>
  new ApiProblem(
    'forbidden',
    `"${caller.name}" may not ${what}.${caller.grants.length === 0 ? ' It is known, but nothing is granted for what it says: no rule of CONCLAVE_ACCESS fits.' : ''}`,
  );

const MOST_NAMED = 3;
const listed = new Intl.ListFormat('en', { type: 'disjunction' });

/** Of a route: also which role it would take, and which there are. */
export function forbiddenRoute(caller: Caller, route: string, rule: Rule): ApiProblem {
  const error = forbidden(caller, route);
  const { name, grants } = caller;
  if (grants.length === 0) return error;
  const needed = `${listed.format(rolesFor(rule))}${rule.scope === 'all' ? ' for all groups (*)' : ''}`;
  const has = grants.slice(0, MOST_NAMED).map(({ role, groups, runners }) => {
    const ofGroups = `${role} for ${groups.slice(0, MOST_NAMED).join(', ')}${groups.length > MOST_NAMED ? ', …' : ''}`;
    return runners ? `${ofGroups} (only some runners)` : ofGroups;
  });
  const more = grants.length > MOST_NAMED ? '; …' : '';
  return new ApiProblem(
    'forbidden',
    `${error.message} It takes ${needed}; "${name}" is ${has.join('; ')}${more}.`,
  );
}

/** Who operates: the name of the credential; while authentication is off, what somebody says in a header. */
export function operatorOf(request: FastifyRequest, group: Id | null): string {
  const caller = callerOf(request);
  if (isProved(request)) {
    if (hasRole(caller, OPERATING, group)) return `operator:${caller.name}`;
    throw forbidden(caller, group === null ? 'operate all groups' : `operate group "${group}"`);
  }
  const name = headerOf(request, 'x-conclave-actor') ?? caller.name;
  if (!PersonName.safeParse(name).success)
    invalidHeader(
      'X-Conclave-Actor',
      'must be a name like "ana": letters, digits, ".", "_", "-", "@", "+", 127 at most',
    );
  return `claimed:${name}`;
}

export const isItself = (caller: Caller, group: Id, runner: Id, also: readonly Role[] = []): boolean =>
  mayCall(caller, { audience: 'runners', scope: 'group', also }, { group, runner });

/** Throws {@link ApiProblem} `forbidden` if the caller does not speak for that process of the runner. */
export function checkSpeaksFor(
  caller: Caller,
  { group, runner, incarnation }: { group: Id; runner: Id; incarnation?: string | undefined },
  also: readonly Role[] = [],
): void {
  if (caller === ANYBODY) return;
  if (!isItself(caller, group, runner, also))
    throw forbidden(caller, `speak for runner "${runner}" of group "${group}"`);
  if (caller.incarnation !== undefined && incarnation !== caller.incarnation)
    throw forbidden(caller, `speak for another process of runner "${runner}" than ${caller.incarnation}`);
}

/** Who says that a runner has stopped: an operator who names himself, else the runner. */
export function vouchedBy(request: FastifyRequest, group: Id, runner: Id): string {
  const caller = callerOf(request);
  const isOperator = isProved(request)
    ? !isItself(caller, group, runner)
    : headerOf(request, 'x-conclave-actor') !== undefined;
  return isOperator ? operatorOf(request, group) : `runner:${runner}`;
}

/** Which groups a list may show to who asks. */
export const shownTo =
  (request: FastifyRequest, audience: Audience) =>
  (group: Id): boolean =>
    maySee(callerOf(request), audience, group);

/** The same, for words about the whole log; undefined for who may be told all of them. */
export const partShownTo = (request: FastifyRequest): ((group: Id) => boolean) | undefined =>
  mayCall(callerOf(request), { audience: 'auditors', scope: 'all' }, {})
    ? undefined
    : shownTo(request, 'consumers');
