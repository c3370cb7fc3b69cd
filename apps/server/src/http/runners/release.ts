import type { FastifyRequest } from 'fastify';
import { DeregisterQuery, DryRunQuery, ReleaseBody, ResignBody, RunnerPath } from '@conclave/contract';
import { heldBy, NO_TERM } from '@conclave/election';
import { commandRoute, NO_QUERY } from '../commands/command-route.js';
import { operatorOf, vouchedBy } from '../access/callers.js';

/** What a runner's command may be refused with. */
export const RUNNER_REFUSALS = [
  'group-unknown',
  'group-deleted',
  'runner-unknown',
  'term-stale',
  'version-conflict',
  'idempotency-key-reused',
  'incarnation-superseded',
  'secret-wrong',
  'contended',
  'store-unavailable',
  'store-full',
] as const;

const asRunner = (_: FastifyRequest, { params }: { params: RunnerPath }): string => `runner:${params.r}`;
const isOwnWord = (actor: string, runner: string): boolean => actor === `runner:${runner}`;

const proofOf = (secretHash: string | undefined) => secretHash !== undefined && { secretHash };

export const release = commandRoute({
  operation: 'releaseLead',
  audience: 'runners',
  summary: 'The leader has stopped: ends its term, led or in handover. A promise',
  method: 'POST',
  path: 'runners/:r/release',
  params: RunnerPath,
  body: ReleaseBody,
  query: NO_QUERY,
  refusals: RUNNER_REFUSALS,
  actor: asRunner,
  certificate: ({ body }) => body.certificate,
  toCommand: ({ params: { r }, body: { incarnation, term }, secretHash }) => ({
    type: 'ReleaseLeadership',
    runner: r,
    incarnation,
    term,
    ...proofOf(secretHash),
  }),
  then: ({ presence }, { params: { g, r }, body: { incarnation } }) =>
    presence.sessions.goodbye({ group: g, runner: r, incarnation }),
});

export const resign = commandRoute({
  operation: 'resignLead',
  audience: 'runners',
  also: ['operator', 'admin'],
  summary:
    'Like release, and the runner is not elected again until the cooldown is over; without a term it goes away, whatever it holds',
  method: 'POST',
  path: 'runners/:r/resign',
  params: RunnerPath,
  body: ResignBody,
  query: DryRunQuery,
  refusals: RUNNER_REFUSALS,
  actor: (request, { params: { g, r } }) => vouchedBy(request, g, r),
  before: async ({ goodbyes }, { params: { g, r }, body, query, secretHash }, actor) => {
    const { incarnation, term, sequence } = body;
    if (query.dryRun === 'true' || actor !== `runner:${r}`) return;
    const about = { group: g, runner: r, incarnation, secretHash };
    if (sequence !== undefined) await goodbyes.endBeats(about, sequence);
    if (term === undefined) await goodbyes.say(about);
  },
  toCommand: (
    { params: { r }, body: { incarnation, term = NO_TERM, cooldownMs = null }, secretHash },
    { actor },
  ) => ({
    type: 'ResignLeadership',
    runner: r,
    incarnation,
    term,
    // who goes away by its own word is not elected in the same breath
    cooldownMs: term === NO_TERM && isOwnWord(actor, r) && cooldownMs === 0 ? null : cooldownMs,
    ...proofOf(secretHash),
  }),
  then: async (
    { presence },
    { params: { g, r }, body: { incarnation, term } },
    { actor, receipt: { changed, before, state }, again },
  ) => {
    const about = { group: g, runner: r, incarnation };
    presence.sessions.goodbye(about);
    if (term !== undefined || !isOwnWord(actor, r)) return;
    // no cooldown outlasts an outage of all servers, after which each is given time to be heard (L6); but a repeat, or who
    // was elected once more, is not meant: work may run in that term
    return changed && heldBy(before, about) && !heldBy(state, about) ? again() : undefined;
  },
});

export const deregister = commandRoute({
  operation: 'deregisterRunner',
  audience: 'runners',
  also: ['operator', 'admin'],
  summary: 'Removes a runner: by itself (with incarnation) or by an operator',
  method: 'DELETE',
  path: 'runners/:r',
  params: RunnerPath,
  query: DeregisterQuery,
  refusals: RUNNER_REFUSALS,
  actor: (request, { params: { g, r }, query }) =>
    query.incarnation === undefined ? operatorOf(request, g) : `runner:${r}`,
  toCommand: ({ params: { r }, query, secretHash }) => ({
    type: 'DeregisterRunner',
    runner: r,
    incarnation: query.incarnation ?? null,
    ...proofOf(secretHash),
  }),
  then: ({ presence }, { params: { g, r }, query: { incarnation } }) => {
    if (incarnation !== undefined) presence.sessions.goodbye({ group: g, runner: r, incarnation });
  },
});
