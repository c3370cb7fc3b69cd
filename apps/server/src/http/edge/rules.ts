import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyInstance } from 'fastify';
import { RouteConfig } from '@nestjs/platform-fastify';
import { z } from 'zod';
import type { Rule } from '@conclave/access';
import { ApiProblem } from './api-problem.js';
import { valid } from './validation.js';

/** Whom a route is for, and what it takes. A route without it keeps the server from starting, see {@link demandRules}. */
export const Allowed =
  (rule: Rule): MethodDecorator =>
  (target, key, descriptor) => {
    const asked = Object.keys(
      (Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, key) ?? {}) as object,
    );
    const takes = (type: number): boolean => asked.some((name) => name.startsWith(`${type}:`));
    const rest = { query: takes(RouteParamtypes.QUERY), body: takes(RouteParamtypes.BODY) };
    (RouteConfig({ rule, takes: rest }) as MethodDecorator)(target, key, descriptor);
  };

export const EVERYBODY: Rule = { audience: 'operations', scope: 'some' };

/** Of Swagger, which brings routes of its own: what they show is in the repository. */
const PUBLIC = /^\/(docs(\/.*)?|openapi\.json)$/;

interface Ruled {
  rule?: Rule;
  takes?: { query: boolean; body: boolean };
}

/**
 * What a route does not take is refused as an unknown field is: `?dryRun=true`, or a condition, that nobody looks at would be
 * carried out without it. Probes may ask as they like.
 */
export function refuseUntaken(fastify: FastifyInstance): void {
  fastify.addHook('preValidation', ({ routeOptions, raw, query, body, method }, _reply, done) => {
    const { takes } = routeOptions.config as Ruled;
    const { url = '' } = routeOptions;
    if (!takes || !url.startsWith('/v1') || url.endsWith('/is-leader')) return done();
    if (!takes.query && raw.url!.includes('?')) valid(NOTHING, query);
    if (!takes.body && !isEmpty(body)) {
      const where = takes.query ? 'Give it in the query' : 'Leave it out';
      throw new ApiProblem(
        'invalid-request',
        `${method} takes no body here, nothing in it would be looked at. ${where}.`,
      );
    }
    done();
  });
}

const NOTHING = z.strictObject({});
const isEmpty = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;

/** Throws for every route without a rule: nothing is open because somebody forgot to close it. */
export function demandRules(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const config = (route.config ??= {}) as Ruled;
    if (config.rule) return;
    if (!PUBLIC.test(route.url) && route.method !== 'OPTIONS')
      throw new Error(
        `route ${String(route.method)} ${route.url} has no rule of access: give it Documented or Allowed`,
      );
    config.rule = EVERYBODY;
  });
}

export const ruleOf = (config: unknown): Rule | undefined => (config as Ruled).rule;
