import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { hasRole, type Role } from '@conclave/access';
import { WhoQuery, WhoReply } from '@conclave/contract';
import { isoOfMs } from '@conclave/election';
import { Documented } from '../edge/documented.js';
import { callerOf, isProved, OPERATING } from './callers.js';

const AUDITING: readonly Role[] = ['auditor', ...OPERATING];

/** Tells clients what to offer to whom; what is allowed is decided again with each request. */
@Controller('v1/whoami')
export class WhoController {
  @Get()
  @Documented(
    { audience: 'consumers', scope: 'some', also: ['join'] },
    'Who asks, how it was proved, and what that credential may do',
    { 200: WhoReply },
  )
  who(@Query({ schema: WhoQuery }) { group }: WhoQuery, @Req() request: FastifyRequest): WhoReply {
    const caller = callerOf(request);
    const { name, auth, grants, expiresAtMs } = caller;
    const may = (roles: readonly Role[]): boolean =>
      group === undefined ? grants.some(({ role }) => roles.includes(role)) : hasRole(caller, roles, group);
    return {
      name,
      proved: isProved(request),
      auth,
      grants: grants.map(({ role, groups, runners }) => ({
        role,
        groups: [...groups],
        ...(runners && { runners: [...runners] }),
      })),
      expiresAt: expiresAtMs === null ? null : isoOfMs(expiresAtMs),
      may: { audit: may(AUDITING), operate: may(OPERATING), administer: may(['admin']) },
    };
  }
}
