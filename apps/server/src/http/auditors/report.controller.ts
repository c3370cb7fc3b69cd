import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { paced, Node } from '@conclave/node';
import { GroupPath, ReportQuery } from '@conclave/contract';
import { clientGone } from '../streaming/client-gone.js';
import { AUDIT_REFUSALS, Documented } from '../edge/documented.js';
import { atLeast } from '../edge/reads.js';
import { auditsOf } from './live-audits.js';

const HTML = 'text/html';
const ReportPage = z.string().meta({ description: 'one HTML page that loads and runs nothing' });

/** What people hand on: a window of a group as a page with charts. */
@Controller('v1/groups/:g/report')
export class ReportController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @ApiProduces(HTML)
  @Documented(
    'auditors',
    'A window of a group as one self-contained, printable HTML page: who led, availability, orders, incidents',
    { 200: ReportPage },
    [...AUDIT_REFUSALS, 'nothing-recorded'],
  )
  async report(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: ReportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await atLeast(this.node, query.atLeast);
    const gone = clientGone(reply);
    const report = await auditsOf(this.node, gone).report(g, query);
    const { pageOf } = await import('@conclave/report'); // few servers are ever asked for one
    void reply.headers({
      'content-disposition': `attachment; filename="${g}.report.html"`,
      // should somebody open it here all the same: what people wrote gets no rights of this server
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    await reply.type(`${HTML}; charset=utf-8`).send(Readable.from(paced(pageOf(report), gone)));
  }
}
