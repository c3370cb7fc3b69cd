import { ForgiveBody, RunnerPath, TaintBody, TaintPath, WriteQuery } from '@conclave/contract';
import { commandRoute, OPERATED } from '../commands/command-route.js';
import { OPERATOR_REFUSALS } from '../edge/documented.js';
import { lifetimeOf } from '../commands/lifetime-of.js';

export const taint = commandRoute({
  ...OPERATED,
  operation: 'taintRunner',
  summary: 'Keeps a runner from leading, until the taint is lifted',
  method: 'PUT',
  path: 'runners/:r/taints/:key',
  params: TaintPath,
  body: TaintBody,
  refusals: OPERATOR_REFUSALS,
  toCommand: ({ params: { r, key }, body }) => ({
    type: 'TaintRunner',
    runner: r,
    key,
    effect: body.effect ?? 'NoLead',
    ...lifetimeOf(body),
  }),
  existed: ({ runners }, { params: { r, key } }) =>
    runners.get(r)?.taints.some((known) => known.key === key) ?? false,
});

export const untaint = commandRoute({
  ...OPERATED,
  operation: 'untaintRunner',
  summary: 'Lifts a taint',
  method: 'DELETE',
  path: 'runners/:r/taints/:key',
  params: TaintPath,
  query: WriteQuery,
  refusals: OPERATOR_REFUSALS,
  toCommand: ({ params: { r, key } }) => ({ type: 'UntaintRunner', runner: r, key, cause: 'request' }),
});

export const forgive = commandRoute({
  ...OPERATED,
  operation: 'forgiveRunner',
  summary: 'Forgets that a runner fell silent often: flap damping holds it back no longer',
  method: 'POST',
  path: 'runners/:r/forgive',
  params: RunnerPath,
  body: ForgiveBody,
  refusals: OPERATOR_REFUSALS,
  toCommand: ({ params: { r } }) => ({ type: 'ForgiveRunner', runner: r }),
});
