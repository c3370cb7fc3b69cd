import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Node } from '@conclave/node';
import { GroupPath, TenuresPage, TenuresQuery } from '@conclave/contract';
import { Documented } from '../edge/documented.js';
import { headAtLeast } from '../edge/reads.js';
import { wants } from '../streaming/wants.js';
import { clientGone } from '../streaming/client-gone.js';
import { auditsOf } from './live-audits.js';
import { CSV, tenuresCsv } from './tenures-csv.js';

@Controller('v1/groups/:g/tenures')
export class TenuresController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @Documented(
    'auditors',
    'Every term: who, from when to when, how it ended; and how well the group was led. CSV with Accept: text/csv',
    { 200: TenuresPage },
    ['group-unknown', 'group-deleted', 'history-sealed', 'position-not-reached'],
  )
  async tenures(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: TenuresQuery }) query: TenuresQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { sealed } = (await headAtLeast(this.node, g, query.atLeast)).state;
    const { tenures, availability } = await auditsOf(this.node, clientGone(reply)).tenures(g, query);
    const page = tenures.filter(({ term }) => term >= query.from);
    if (wants(accept, CSV)) {
      await reply.type(`${CSV}; charset=utf-8`).send(tenuresCsv([{ group: g, tenures: page }]));
      return;
    }
    await reply.send({
      tenures: page.slice(0, query.limit),
      next: page[query.limit]?.term ?? null,
      availability,
      sealed,
    });
  }
}
