import type { FastifyInstance } from 'fastify';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Rule } from '@conclave/access';

/** Whom a route is for. A route without it keeps the server from starting, see {@link demandRules}. */
export const Allowed = (rule: Rule): MethodDecorator => RouteConfig({ rule }) as MethodDecorator;

export const EVERYBODY: Rule = { audience: 'operations', scope: 'some' };

/** Of Swagger, which brings routes of its own: what they show is in the repository. */
const PUBLIC = /^\/(docs(\/.*)?|openapi\.json)$/;

interface Ruled {
  rule?: Rule;
}

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
